/** Verifies a proof of one entry, e.g. a receipt. */
import { AppError } from "../errors.js";
import { encodeBase64 } from "../protocol/base64.js";
import { parseLeaf, type Leaf } from "../protocol/log/leaf.js";
import { leafHash, verifyInclusion } from "../protocol/log/merkle.js";
import { parseProof, type TlogProof } from "../protocol/log/tlog-proof.js";
import { judgeCheckpoint } from "./signed-checkpoint.js";
import { Faulty, type LogFault, type Verification } from "./verification.js";

export interface ProofVerification extends Verification {
  /** What the entry says; null unless it is proved. */
  readonly leaf: Leaf | null;
}

/** `key` is a verifier key or a public key, from elsewhere than the proof. */
export function verifyProof(text: string, key: string): ProofVerification {
  const result = {
    source: "proof",
    entries: 1,
    key_from: "given",
    extends: [],
    escrow_size: null,
    disclosed: 0,
  } as const;
  try {
    const { index, extra, hashes, checkpoint: note } = read(text);
    const checkpoint = judgeCheckpoint(note, key);
    if (extra === null)
      throw new Faulty("proof_refused", index, "the proof does not hold the leaf");
    if (!verifyInclusion(index, checkpoint.size, leafHash(extra), hashes, checkpoint.root))
      throw new Faulty("proof_refused", index, "the proof does not lead to the checkpoint's root");
    const leaf = readLeaf(index, extra);
    const { origin, size, root, vkey } = checkpoint;
    const hidden = leaf.commitments.size;
    const head = { origin, size, root: encodeBase64(root), signed_size: size, vkey };
    return { ...result, ...head, verified: true, hidden, fault: null, leaf };
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    const none = { origin: null, size: 0, root: null, signed_size: 0, vkey: null, hidden: 0 };
    const fault: LogFault = error.fault;
    return { ...result, ...none, entries: 0, verified: false, fault, leaf: null };
  }
}

function read(text: string): TlogProof {
  try {
    return parseProof(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty("proof_refused", null, error.message);
  }
}

function readLeaf(index: number, bytes: Uint8Array): Leaf {
  try {
    const leaf = parseLeaf(bytes);
    if (leaf.index === index) return leaf;
    throw new Faulty("leaf_altered", index, `the leaf says that it is entry ${leaf.index}`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty("leaf_unreadable", index, error.message);
  }
}
