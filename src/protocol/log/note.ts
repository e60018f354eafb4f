/** Signed notes (c2sp.org/signed-note): a text and the Ed25519 signatures below it. */
import { AppError } from "../../errors.js";
import type { PublicKey } from "../../model/documents.js";
import { decodeBase64, encodeBase64 } from "../base64.js";
import { verifySignature } from "../ed25519.js";
import { isKeyName, keyId, parseVkey } from "./vkey.js";

export { parseVkey, vkeyOf } from "./vkey.js";

/** What can sign a note. `sign` gives the base64 of an Ed25519 signature. */
export interface NoteSigner {
  readonly publicKey: PublicKey;
  sign(bytes: Uint8Array): string;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

export interface Note {
  /** With its last line break, without the empty line: the signed text. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** The specification asks for at least 16. */
const MAX_SIGNATURES = 64;
/** Room for that many post-quantum signatures of strangers. */
const MAX_LENGTH = 512 * 1024;
// Group 1 is the key's name; the base64 cannot hold a space.
const LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u;
const CONTROL = /[\0-\x09\x0b-\x1f]/;

/** The note of a text with the signature of one key. Throws AppError `bad_note` for a text or name that no note holds. */
export function formatNote(text: string, name: string, signer: NoteSigner): string {
  if (!text.endsWith("\n") || !isNoteText(text)) throw bad("its text is not lines of plain text");
  if (!isKeyName(name)) throw bad("the key's name is empty or holds a space or a plus");
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId(name, signer.publicKey));
  const signature = Buffer.from(signer.sign(Buffer.from(text, "utf8")), "base64");
  return `${text}\n— ${name} ${encodeBase64(Buffer.concat([id, signature]))}\n`;
}

/** Reads a note and checks no signature: its text means nothing yet. Throws AppError `bad_note`. */
export function parseNote(note: string): Note {
  if (note.length > MAX_LENGTH) throw bad(`it is longer than ${MAX_LENGTH} characters`);
  if (!isNoteText(note)) throw bad("it holds a control character or half a character");
  if (!note.endsWith("\n")) throw bad("its last line break is missing");
  const end = note.lastIndexOf("\n\n");
  if (end < 1) throw bad("no empty line parts its text from its signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES)
    throw bad(`it has ${lines.length} signatures; at most ${MAX_SIGNATURES} are read`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseLine) };
}

/**
 * Reads a note that at least one of the verifier keys has signed. Signatures of unknown keys are passed over. Throws
 * AppError `bad_note` for a note that is none, for one without a known key, and for a known key's signature that fails.
 */
export function openNote(note: string, vkeys: readonly string[]): Note {
  const parsed = parseNote(note);
  const keys = vkeys.map(parseVkey);
  const bytes = Buffer.from(parsed.text, "utf8");
  let verified = 0;
  for (const { name, keyId: id, signature } of parsed.signatures) {
    const known = keys.filter((key) => key.name === name && key.id === id);
    if (known.length === 0) continue;
    const encoded = encodeBase64(signature);
    if (!known.some(({ publicKey }) => verifySignature(bytes, encoded, publicKey)))
      throw bad(`the signature of the known key ${JSON.stringify(name)} does not verify`);
    verified++;
  }
  if (verified === 0) throw bad("no known key has signed it");
  return parsed;
}

function parseLine(line: string): NoteSignature {
  const [, name = "", encoded = ""] = LINE.exec(line) ?? [];
  const bytes = decodeBase64(encoded, Buffer.byteLength(encoded, "base64"));
  if (!isKeyName(name) || bytes === null || bytes.length < 5)
    throw bad("a signature line is not — NAME BASE64");
  return { name, keyId: Buffer.from(bytes).readUInt32BE(0), signature: bytes.subarray(4) };
}

function isNoteText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

function bad(why: string): AppError {
  return new AppError("bad_note", `the signed note is refused: ${why}`);
}
