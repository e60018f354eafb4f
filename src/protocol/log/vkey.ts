/** Verifier keys of signed notes (c2sp.org/signed-note, "Verifier keys"). */
import { hash } from "node:crypto";
import { AppError } from "../../errors.js";
import type { PublicKey } from "../../model/documents.js";
import { decodeBase64, encodeBase64 } from "../base64.js";
import { parsePublicKey } from "../public-key.js";

/** The signature type of plain Ed25519 notes. */
const ED25519 = 1;
const KEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;

export interface VerifierKey {
  readonly name: string;
  /** An index, and no security check. */
  readonly id: number;
  readonly publicKey: PublicKey;
}

/** `name+hex(key id)+base64(type || key)`. Throws AppError `bad_note` for a name that a note cannot hold. */
export function vkeyOf(name: string, publicKey: PublicKey): string {
  const id = keyId(name, publicKey).toString(16).padStart(8, "0");
  return `${checkedName(name)}+${id}+${encodeBase64(typed(publicKey))}`;
}

/** Reads a verifier key. Throws AppError `bad_note` unless it is one of type Ed25519 that is spelt in the one way. */
export function parseVkey(text: string): VerifierKey {
  const [, name, id, encoded] = KEY.exec(text) ?? [];
  const bytes = encoded === undefined ? null : decodeBase64(encoded, 33);
  if (name === undefined || bytes === null) throw badKey("is not NAME+ID+KEY");
  if (bytes[0] !== ED25519) throw badKey(`has the type ${bytes[0]}, not 1 (Ed25519)`);
  const publicKey = parsePublicKey(encodeBase64(bytes.subarray(1)));
  const key = { name: checkedName(name), id: keyId(name, publicKey), publicKey };
  if (key.id !== Number(`0x${id}`)) throw badKey("has another id than its name and key give");
  return key;
}

/** The first four bytes of SHA-256(name || 0x0A || type || key), big-endian. */
export function keyId(name: string, publicKey: PublicKey): number {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`, "utf8"), typed(publicKey)]);
  return hash("sha256", bytes, "buffer").readUInt32BE(0);
}

/** Whether a note can carry the name: not empty, no Unicode space, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

function checkedName(name: string): string {
  if (!isKeyName(name)) throw badKey("has a name that is empty or holds a space or a plus");
  return name;
}

function typed(publicKey: PublicKey): Uint8Array {
  return Buffer.concat([Buffer.of(ED25519), Buffer.from(publicKey, "base64")]);
}

function badKey(why: string): AppError {
  return new AppError("bad_note", `the verifier key ${why}`, {
    hint: "give it as NAME+HEX+BASE64, in quotes; concordat audit export --proofs writes it in its first line",
  });
}
