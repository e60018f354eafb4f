/** Checkpoints (c2sp.org/tlog-checkpoint): signed notes of a log's name, size and root. */
import { AppError } from "../../errors.js";
import { decodeBase64, encodeBase64 } from "../base64.js";
import { HASH_BYTES } from "./merkle.js";
import { formatNote, openNote, parseNote, type NoteSigner } from "./note.js";

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/** The text that is signed: three lines. */
export function formatCheckpoint(origin: string, size: number, root: Uint8Array): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** The signed note of a log's head. The key's name is the origin. Throws AppError `bad_note` for a name no note holds. */
export function signCheckpoint(
  head: { readonly size: number; readonly root: Uint8Array },
  origin: string,
  signer: NoteSigner,
): string {
  return formatNote(formatCheckpoint(origin, head.size, head.root), origin, signer);
}

/**
 * Reads a checkpoint and checks no signature. Throws AppError `bad_note` or `bad_checkpoint`. Extension lines are
 * refused: no key of ours signs any, and nobody could check them.
 */
export function parseCheckpoint(note: string): Checkpoint {
  return parseText(parseNote(note).text);
}

/**
 * Reads a checkpoint that one of the verifier keys has signed. Throws AppError `bad_note` as `openNote` does, and
 * `bad_checkpoint` for a text that is no checkpoint, or is one of another log than `origin`.
 */
export function verifyCheckpoint(
  note: string,
  vkeys: string | readonly string[],
  origin?: string,
): Checkpoint {
  const checkpoint = parseText(openNote(note, typeof vkeys === "string" ? [vkeys] : vkeys).text);
  if (origin !== undefined && checkpoint.origin !== origin)
    throw bad(
      `it is of the log ${JSON.stringify(checkpoint.origin)}, not of ${JSON.stringify(origin)}`,
    );
  return checkpoint;
}

function parseText(text: string): Checkpoint {
  const [origin = "", digits = "", encoded = "", ...rest] = text.split("\n");
  if (rest.length !== 1 || rest[0] !== "") throw bad("its text is not three lines");
  if (origin === "") throw bad("its first line, the log's name, is empty");
  const size = Number(digits);
  if (!SIZE.test(digits) || !Number.isSafeInteger(size))
    throw bad("its second line is not a size in decimal without leading zeros");
  const root = decodeBase64(encoded, HASH_BYTES);
  if (root === null) throw bad("its third line is not the base64 of a hash");
  return { origin, size, root };
}

function bad(why: string): AppError {
  return new AppError("bad_checkpoint", `the checkpoint is refused: ${why}`);
}
