/** The four header fields of an admin request, and the moment that one of them names. */
import type { FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { Timestamp } from "../../model/time.js";
import { parseTimestamp, toInstant } from "../../protocol/instant.js";
import { countFields } from "../raw-fields.js";

export interface Credentials {
  readonly keyId: string;
  /** As it was sent. */
  readonly timestamp: string;
  readonly nonce: string;
  /** Base64. */
  readonly signature: string;
}

export type Malformed = "oversized_headers" | "missing_headers" | "repeated_headers";

const FIELDS = {
  keyId: "x-admin-key-id",
  timestamp: "x-admin-timestamp",
  nonce: "x-admin-nonce",
  signature: "x-admin-signature",
} as const satisfies Record<keyof Credentials, string>;

/** What is longer would only fill the audit. */
const MAX_LENGTH = 256;
const ZONELESS = /T\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const BEYOND_MICROSECONDS = /(\.\d{6})\d+/;

/** Whether a request asks to be taken for an operator's. */
export function isSigned({ headers }: FastifyRequest): boolean {
  return headers[FIELDS.keyId] !== undefined;
}

export function readCredentials(request: FastifyRequest): Credentials | Malformed {
  const names = Object.values(FIELDS);
  if (names.some((name) => countFields(request.raw, name) > 1)) return "repeated_headers";
  const [keyId, timestamp, nonce, signature] = names.map((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  });
  const values = [keyId, timestamp, nonce, signature];
  if (values.some((value) => value !== undefined && value.length > MAX_LENGTH))
    return "oversized_headers";
  if (!keyId || !timestamp || !nonce || !signature) return "missing_headers";
  return { keyId, timestamp, nonce, signature };
}

/** A key id as the audit may name it, whatever was sent for one. */
export function claimedKeyId({ headers }: FastifyRequest): string {
  const value = headers[FIELDS.keyId];
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_LENGTH) : "missing";
}

/**
 * The moment that a client signed: a date-time whose zone is UTC where none is named, as in the reference. Digits beyond
 * microseconds are cut off, as Python's. Null for anything else.
 */
export function requestTime(text: string): Timestamp | null {
  const cut = text.replace(BEYOND_MICROSECONDS, "$1");
  try {
    const timestamp = parseTimestamp(ZONELESS.test(cut) ? `${cut}Z` : cut);
    toInstant(timestamp);
    return timestamp;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
