/** Offline proofs of one entry (c2sp.org/tlog-proof): the file that a receipt is. */
import { AppError } from "../../errors.js";
import { decodeBase64, encodeBase64 } from "../base64.js";
import { HASH_BYTES } from "./merkle.js";

export interface TlogProof {
  readonly index: number;
  /** What the application adds; for us the leaf's bytes. The proof does not vouch for it: its hash does. */
  readonly extra: Uint8Array | null;
  /** From the leaf's sibling upward. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, as the log issued it. */
  readonly checkpoint: string;
}

const HEADER = "c2sp.org/tlog-proof@v1";
/** No tree that a safe integer counts is deeper. */
const MAX_HASHES = 63;
const MAX_LENGTH = 1024 * 1024;
const INDEX = /^index (0|[1-9][0-9]{0,15})$/;
const EXTRA = /^extra ([A-Za-z0-9+/]+={0,2})$/;

export function formatProof({ index, extra, hashes, checkpoint }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === null ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(encodeBase64),
  ];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Reads a proof and verifies nothing. Throws AppError `bad_proof`. */
export function parseProof(text: string): TlogProof {
  if (text.length > MAX_LENGTH) throw bad(`it is longer than ${MAX_LENGTH} characters`);
  const end = text.indexOf("\n\n");
  if (end < 0) throw bad("no empty line parts the proof from its checkpoint");
  const [header, ...lines] = text.slice(0, end).split("\n");
  if (header !== HEADER) throw bad(`its first line is not ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") === true ? parseExtra(lines.shift() ?? "") : null;
  const index = Number(INDEX.exec(lines.shift() ?? "")?.[1] ?? "NaN");
  if (!Number.isSafeInteger(index)) throw bad("it has no line with the entry's index");
  if (lines.length > MAX_HASHES) throw bad(`it has more than ${MAX_HASHES} hashes`);
  return { index, extra, hashes: lines.map(parseHash), checkpoint: text.slice(end + 2) };
}

function parseExtra(line: string): Uint8Array {
  const encoded = EXTRA.exec(line)?.[1] ?? "";
  const bytes = decodeBase64(encoded, Buffer.byteLength(encoded, "base64"));
  if (bytes === null || bytes.length === 0) throw bad("its extra line is not base64");
  return bytes;
}

function parseHash(line: string): Uint8Array {
  const bytes = decodeBase64(line, HASH_BYTES);
  if (bytes === null) throw bad("a line of it is not the base64 of a hash");
  return bytes;
}

function bad(why: string): AppError {
  return new AppError("bad_proof", `the proof is refused: ${why}`);
}
