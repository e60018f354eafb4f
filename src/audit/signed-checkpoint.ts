/** Judges a checkpoint with the key that is to have signed it. */
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { parseCheckpoint, verifyCheckpoint, type Checkpoint } from "../protocol/log/checkpoint.js";
import { vkeyOf } from "../protocol/log/note.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { Faulty, type KeySource } from "./verification.js";

/** A key and where it is from. */
export interface TrustedKey {
  /**
   * A verifier key, or the base64 of a public key, which stands for the one of that key and the log's own name; or several
   * with white space between, for a log whose key was replaced.
   */
  readonly key: string;
  readonly from: KeySource;
}

/** The verifier keys that `key` means for a log of this name, spaces between. Throws AppError `bad_note`, `bad_public_key`. */
export function vkeyFor(key: string, origin: string): string {
  const keys = key.split(/\s+/).filter((one) => one !== "");
  return keys.map((one) => (isPublicKey(one) ? vkeyOf(origin, one) : one)).join(" ");
}

/** A checkpoint whose signature holds. */
export interface JudgedCheckpoint extends Checkpoint {
  /** The one of the keys that has signed it: of several, one may be retired, or stolen. */
  readonly vkey: string;
}

/** The checkpoint of a note that the key has signed; `name` is what a refusal calls it. Throws `Faulty`. */
export function judgeCheckpoint(
  note: string,
  key: string,
  origin?: string,
  name = "the checkpoint",
): JudgedCheckpoint {
  try {
    const { origin: named } = parseCheckpoint(note);
    const vkeys = vkeyFor(key, origin ?? named).split(" ");
    const checkpoint = verifyCheckpoint(note, vkeys, origin);
    return { ...checkpoint, vkey: vkeys.find((vkey) => hasSigned(vkey, note)) ?? "" };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty("checkpoint_refused", null, `${name}: ${error.message}`);
  }
}

/** As `judgeCheckpoint`, for the one that was kept from before. */
export function judgeSince(note: string, key: string, origin: string | undefined): Checkpoint {
  return judgeCheckpoint(note, key, origin, "the earlier checkpoint");
}

function hasSigned(vkey: string, note: string): boolean {
  try {
    verifyCheckpoint(note, vkey);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function isPublicKey(key: string): key is PublicKey {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) return false;
  parsePublicKey(key);
  return true;
}
