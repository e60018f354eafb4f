/** What a verification request holds, each part with the error that the reference has for it. */
import { AppError, type ErrorCode } from "../../errors.js";
import type {
  DocumentBody,
  MembershipAttestation,
  RecognitionTreaty,
  Unverified,
} from "../../model/documents.js";
import type { JsonObject, JsonValue } from "../../model/json.js";
import { parseAttestation, parseTreaty } from "../../protocol/documents.js";
import { isJsonArray, isJsonObject } from "../../protocol/json.js";

export type Treaty = Unverified<RecognitionTreaty>;
export type Attestation = Unverified<MembershipAttestation>;

const MAX_KEYS = 16;
const MAX_SIGNATURES = 16;
/** Every signature is tried under every key, so it is their product that costs. */
const MAX_ATTEMPTS = 64;

/** `code` is what a document that cannot be read is called on this route. */
export function treatyIn(body: JsonObject, code: ErrorCode): Treaty {
  return documentIn(body["treaty"], parseTreaty, code);
}

export function attestationIn(body: JsonObject, code: ErrorCode): Attestation {
  return documentIn(body["attestation"], parseAttestation, code);
}

/** Reads a part of a body. Throws AppError `code`, with the pointer of the fault inside the part. */
export function readAs<T>(code: ErrorCode, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const details = isJsonObject(cause.details) ? cause.details : {};
    throw new AppError(code, WORDS.get(code) ?? cause.message, { details, cause });
  }
}

/** The caller's own keys; null when it leaves them to us, as with an empty list. Throws AppError `invalid_public_keys`. */
export function keysIn(body: JsonObject, field: string): readonly string[] | null {
  const value = body[field];
  if (value === undefined || value === null) return null;
  if (isJsonArray(value) && value.length === 0) return null;
  if (isJsonArray(value) && value.length <= MAX_KEYS && value.every(isText)) return value;
  throw new AppError(
    "invalid_public_keys",
    `${field} must be a list of base64 public keys, at most ${MAX_KEYS}`,
  );
}

/** An optional text; the empty one counts as none, as in the reference. Throws AppError `bad_request`. */
export function textIn(body: JsonObject, field: string): string | null {
  const value = body[field] ?? null;
  if (value !== null && typeof value !== "string") {
    throw new AppError("bad_request", `${field} must be a string`, { details: { field } });
  }
  return value || null;
}

/**
 * Whether the keys come with the request or from the state, no request costs more than so many signatures. Throws AppError
 * `code`. What the state holds may be more: then one signature is tried under all of it.
 */
export function assertAffordable(
  document: Unverified<DocumentBody>,
  keys: readonly string[],
  code: ErrorCode,
  origin: "request" | "state" = "request",
): void {
  const signatures = document.signatures.length;
  const attempts = signatures * keys.length;
  const isTooMuch = attempts > MAX_ATTEMPTS && (origin === "request" || signatures > 1);
  if (signatures <= MAX_SIGNATURES && !isTooMuch) return;
  throw new AppError(
    code,
    `At most ${MAX_SIGNATURES} signatures, and ${MAX_ATTEMPTS} pairs of a signature and a key`,
    { details: { signatures, keys: keys.length } },
  );
}

const WORDS: ReadonlyMap<ErrorCode, string> = new Map([
  ["invalid_recognition_treaty", "Invalid recognition treaty"],
  ["invalid_attestation_or_treaty", "Invalid attestation or recognition treaty"],
  ["invalid_attestation_or_policy", "Invalid attestation or recognition policy"],
]);

function documentIn<T extends DocumentBody>(
  value: JsonValue | undefined,
  parse: (value: JsonValue) => Unverified<T>,
  code: ErrorCode,
): Unverified<T> {
  const document = readAs(code, () => parse(value ?? null));
  assertAffordable(document, [], code);
  return document;
}

function isText(value: JsonValue): value is string {
  return typeof value === "string" && value !== "";
}
