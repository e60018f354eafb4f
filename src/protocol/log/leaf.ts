/** Leaves: what the log says of one audit event, with salted commitments for what others need not see. */
import { hash } from "node:crypto";
import { AppError } from "../../errors.js";
import type { JsonObject, JsonValue } from "../../model/json.js";
import { decodeBase64 } from "../base64.js";
import { canonicalJson } from "../canonical.js";
import { sha256 } from "../digest.js";
import { isJsonObject, parseJson } from "../json.js";
import { partsOf, type LoggedEvent, type Parts } from "./committed.js";

export const SALT_BYTES = 16;
const VERSION = 1;
/** Longer texts of other tools stand as their digests. */
const MAX_TEXT = 200;

/** Where and when an event is logged. */
export interface LeafContext {
  readonly authority: string | null;
  readonly epoch: number;
  readonly generation: number;
  readonly index: number;
}

/** A leaf as its bytes say it. */
export interface Leaf extends LeafContext {
  readonly commitments: ReadonlyMap<string, string>;
  readonly createdAt: string;
  readonly details: JsonObject;
  readonly eventId: string;
  readonly eventType: string;
}

/** The fields of an event that its leaf only commits to: each needs a salt of 16 random bytes. */
export function committedFields(event: LoggedEvent): readonly string[] {
  return [...partsOf(event).committed.keys()];
}

/**
 * The leaf of an event. `erased` gives the commitments of fields whose salt is gone, for nothing can make them again.
 * Throws AppError `log_broken` for a committed field without a salt.
 */
export function leafBytes(
  event: LoggedEvent,
  context: LeafContext,
  salts: ReadonlyMap<string, Uint8Array>,
  erased?: ReadonlyMap<string, string>,
): Uint8Array {
  return leafOf(event, partsOf(event), context, salts, erased);
}

/** As `leafBytes`, for who has the event's parts already. */
export function leafOf(
  event: LoggedEvent,
  { details, committed }: Parts,
  { authority, epoch, generation, index }: LeafContext,
  salts: ReadonlyMap<string, Uint8Array>,
  erased?: ReadonlyMap<string, string>,
): Uint8Array {
  const commitments: Record<string, JsonValue> = {};
  for (const [field, value] of committed) {
    const salt = salts.get(field);
    const made = salt === undefined ? erased?.get(field) : commitment(salt, field, value);
    if (made === undefined)
      throw new AppError("log_broken", `entry ${index} has no salt for its field ${field}`);
    commitments[field] = made;
  }
  // Canonical JSON with its members in their order: sorting the same ten names for every leaf takes longest.
  const text =
    `{"authority":${authority === null ? "null" : quoted(authority)}` +
    `,"commitments":${canonicalJson(commitments)},"created_at":${quoted(event.created_at)}` +
    `,"details":${canonicalJson(details)},"epoch":${epoch},"event_id":${quoted(event.event_id)}` +
    `,"event_type":${quoted(event.event_type)},"generation":${generation},"index":${index}` +
    `,"version":${VERSION}}`;
  return Buffer.from(text, "latin1");
}

/** Base64 of SHA-256(salt || 0x00 || field || 0x00 || canonical JSON of the value). */
export function commitment(salt: Uint8Array, field: string, value: JsonValue): string {
  const text = `\0${field}\0${canonicalJson(value)}`;
  const bytes = Buffer.allocUnsafe(salt.length + text.length);
  bytes.set(salt);
  // Names of fields and canonical JSON are ASCII.
  bytes.write(text, salt.length, "latin1");
  return hash("sha256", bytes, "base64");
}

/** Reads a leaf. Throws AppError `log_broken` unless the bytes are the one spelling of one. */
export function parseLeaf(bytes: Uint8Array): Leaf {
  const value = readJson(bytes);
  if (!isJsonObject(value)) throw bad("is not a JSON object");
  const { authority, commitments, created_at, details, epoch, event_id, event_type } = value;
  const { generation, index, version, ...others } = value;
  if (version !== VERSION) throw bad(`is not of version ${VERSION}`);
  if (
    (authority !== null && typeof authority !== "string") ||
    typeof created_at !== "string" ||
    typeof event_id !== "string" ||
    typeof event_type !== "string" ||
    !isCount(epoch) ||
    !isCount(generation) ||
    !isCount(index) ||
    !isJsonObject(details) ||
    Object.keys(others).length !== 7
  )
    throw bad("lacks a member, or has one that is none of a leaf's");
  if (!Buffer.from(canonicalJson(value), "latin1").equals(bytes))
    throw bad("is not written in the one canonical way");
  return {
    authority,
    commitments: readCommitments(commitments),
    createdAt: created_at,
    details,
    epoch,
    eventId: event_id,
    eventType: event_type,
    generation,
    index,
  };
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseJson(bytes);
  } catch (cause) {
    throw bad("is not JSON", cause);
  }
}

function readCommitments(value: JsonValue | undefined): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw bad("has no commitments");
  const commitments = new Map<string, string>();
  for (const [field, text] of Object.entries(value)) {
    if (typeof text !== "string" || decodeBase64(text, 32) === null)
      throw bad("has a commitment that is not the base64 of a hash");
    commitments.set(field, text);
  }
  return commitments;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && value >= 0;
}

/** A text of other tools as a leaf has it. */
export function leafText(text: string): string {
  return text.length <= MAX_TEXT ? text : sha256(text);
}

function quoted(text: string): string {
  return canonicalJson(leafText(text));
}

function bad(why: string, cause?: unknown): AppError {
  return new AppError("log_broken", `a leaf ${why}`, { cause });
}
