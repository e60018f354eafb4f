/** Verifies the log of a state: leaves, stored hashes, rows, salts, head, checkpoint, and what it must extend. */
import { AppError } from "../errors.js";
import type { StoredEntry } from "../model/log.js";
import type { Checkpoint } from "../protocol/log/checkpoint.js";
import {
  RootBuilder,
  inclusionProof,
  leafHash,
  storedHashCount,
  verifyInclusion,
} from "../protocol/log/merkle.js";
import { EntryCheck } from "./entry-check.js";
import type { LogSource } from "./log-source.js";
import { Marks, type Mark } from "./marks.js";
import { judgeCheckpoint, judgeSince, vkeyFor, type TrustedKey } from "./signed-checkpoint.js";
import { StoredNodes } from "./stored-nodes.js";
import { Faulty, type LogFault, type Verification } from "./verification.js";
import { StateCheck, type StateSource } from "./verify-state.js";

export interface DatabaseOptions {
  /** Null when the state has no authority, and so no key. */
  readonly key: TrustedKey | null;
  /** The newest checkpoint outside of the state, verified. */
  readonly escrow: Checkpoint | null;
  /** The signed note of an earlier checkpoint. */
  readonly since: string | null;
  /** Lets rows pass that no entry records. */
  readonly withForeignRows?: boolean;
  /** Whose log it is: left out, the log alone is verified. */
  readonly state?: StateSource;
}

/** Recomputes everything. The first fault ends it, and names the first bad entry. */
export function verifyDatabase(log: LogSource, options: DatabaseOptions): Verification {
  const head = log.head();
  const tree = new RootBuilder();
  const entries = new EntryCheck();
  const state = new StateCheck();
  let signedSize = 0;
  let signedBy: string | null = null;
  const extended: number[] = [];
  /** A fault of no entry counts only when no entry has one. */
  let whole: LogFault | null = null;
  const marks: Mark[] = [
    { size: head.size, root: head.root, fault: "root_mismatch", name: "the log's head" },
  ];
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      whole ??= faultOf(error, null);
    }
  };
  attempt(() => {
    if (options.key === null) return;
    if (head.checkpoint === null) {
      if (options.key.from !== "given" || head.size === 0) return;
      throw new Faulty("checkpoint_refused", null, "the log holds no checkpoint of the key given");
    }
    const signed = judgeCheckpoint(head.checkpoint, options.key.key, head.origin ?? undefined);
    if (signed.size !== head.checkpointSize)
      throw new Faulty(
        "checkpoint_refused",
        null,
        "the head names another size than its checkpoint",
      );
    marks.push({ ...signed, fault: "root_mismatch", name: "the signed checkpoint" });
    signedSize = signed.size;
    signedBy = signed.vkey;
  });
  attempt(() => {
    if (options.escrow === null) return;
    if (options.escrow.origin !== head.origin)
      throw new Faulty("escrow_mismatch", null, "the checkpoint in escrow is of another log");
    marks.push({
      ...options.escrow,
      fault: "escrow_mismatch",
      name: "the checkpoint in escrow",
    });
    extended.push(options.escrow.size);
  });
  attempt(() => {
    if (options.since === null) return;
    if (options.key === null)
      throw new Faulty(
        "checkpoint_refused",
        null,
        "no key is known that could have signed --since",
      );
    const since = judgeSince(options.since, options.key.key, head.origin ?? undefined);
    marks.push({ ...since, fault: "not_an_extension", name: "the earlier checkpoint" });
    extended.push(since.size);
  });
  try {
    const pending = new Marks(marks);
    const nodes = new StoredNodes(log, head.size);
    pending.compare(tree);
    for (const entry of log.entries(0, head.size)) {
      checkNext(log, nodes, head, tree, entry);
      state.note(entry.index, entries.check(entry));
      pending.compare(tree);
    }
    pending.finish(tree);
    checkEnd(log, head.size);
    if (options.withForeignRows !== true) checkRows(log);
    // Before the entries that tell of what was changed meanwhile.
    const standing = options.state?.standing();
    // What a running authority erased meanwhile is logged behind the head that was read.
    for (const entry of log.entries(head.size, log.head().size)) {
      const later = entries.noteErasure(entry);
      if (later !== null) state.noteLater(entry.index, later);
    }
    entries.finish();
    if (standing !== undefined) state.finish(standing);
  } catch (error) {
    whole = faultOf(error, tree.size);
  }
  const fault: LogFault | null = whole;
  return {
    verified: fault === null,
    source: "database",
    origin: head.origin,
    size: head.size,
    root: Buffer.from(tree.root()).toString("base64"),
    entries: tree.size,
    signed_size: fault === null ? signedSize : 0,
    key_from: options.key?.from ?? null,
    vkey: signedBy ?? expectedKey(options.key, head.origin),
    extends: fault === null ? extended : [],
    escrow_size: fault === null ? (options.escrow?.size ?? null) : null,
    disclosed: entries.disclosed,
    hidden: entries.hidden,
    fault,
  };
}

/** Who is to sign a log that is not signed. */
function expectedKey(key: TrustedKey | null, origin: string | null): string | null {
  return key === null || origin === null ? null : vkeyFor(key.key, origin);
}

/** The fault that an error is; one that is none is passed on. */
function faultOf(error: unknown, index: number | null): LogFault {
  if (error instanceof Faulty) return error.fault;
  if (error instanceof AppError && error.code === "log_broken")
    return { index, fault: "index_gap", message: error.message };
  throw error;
}

function checkNext(
  log: LogSource,
  nodes: StoredNodes,
  head: { readonly size: number; readonly root: Uint8Array },
  tree: RootBuilder,
  { index, leaf }: StoredEntry,
): void {
  const expected = tree.size;
  if (index !== expected) throw new Faulty("index_gap", expected, `entry ${expected} is missing`);
  const hash = leafHash(leaf);
  const position = storedHashCount(index);
  for (const [i, node] of tree.append(hash).entries()) {
    const stored = nodes.at(position + i);
    if (stored === null)
      throw new Faulty("node_altered", index, `the stored hash ${position + i} is missing`);
    if (Buffer.compare(stored, node) === 0) continue;
    if (i > 0)
      throw new Faulty("node_altered", index, `the stored hash ${position + i} is not the tree's`);
    throw disagreement(log, head, index, hash, stored);
  }
}

/** Which of leaf and stored hash leads to the root is the one that was logged. */
function disagreement(
  log: LogSource,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  index: number,
  hash: Uint8Array,
  stored: Uint8Array,
): Faulty {
  try {
    const proof = inclusionProof(index, size, log.hashes);
    if (verifyInclusion(index, size, hash, proof, root))
      return new Faulty("node_altered", index, "the stored hash is not that of the leaf");
    if (verifyInclusion(index, size, stored, proof, root))
      return new Faulty("leaf_altered", index, "the leaf is not the one that was logged");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return new Faulty("leaf_altered", index, "the leaf and its stored hash disagree");
}

function checkEnd(log: LogSource, size: number): void {
  // A running authority may have appended one meanwhile: then its head has moved too.
  if (log.leaf(size) !== null && log.head().size === size)
    throw new Faulty("tail_unrecorded", size, `entry ${size} stands behind the log's head`);
}

function checkRows(log: LogSource): void {
  for (const id of log.unlogged())
    throw new Faulty(
      "event_unlogged",
      null,
      `the event ${id} is in no entry of the log; see concordat audit accept`,
    );
}
