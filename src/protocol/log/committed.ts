/** Which parts of an event stand in its leaf, and which only as salted commitments. */
import type { JsonObject, JsonValue } from "../../model/json.js";
import { isJsonObject } from "../json.js";

/** An audit event as it is stored. Other tools add types and fields of their own. */
export interface LoggedEvent extends JsonObject {
  readonly event_id: string;
  readonly event_type: string;
  readonly details: JsonObject;
  readonly created_at: string;
}

/** The one commitment to whatever has no field of its own: members we do not know, and names that are none of ours. */
const REST = "^";
/** What an erased value leaves behind. No plain value looks so. */
export const ERASED = "<erased>";

/**
 * Details that we name and fill: ids, digests, codes, counts, booleans and times. No id of an attestation is among them: whoever
 * knows it reads there who is a member. Part of the leaf's format: with another list, leaves of before would not verify.
 */
const PUBLIC: ReadonlySet<string> = new Set([
  "accepted",
  "action",
  "allow_lost_paths",
  "allow_removals",
  "already_revoked",
  "backup_digest",
  "change_digest",
  "changes",
  "class",
  "commit",
  "count",
  "disposition",
  "document_digest",
  "epoch",
  "expires_at",
  "feed_id",
  "field",
  "generation",
  "holder_tier",
  "index",
  "issued_at",
  "issuer_sovereign_id",
  "key_id",
  "kind",
  "left_out",
  "local_sovereign_id",
  "old_origin",
  "old_root",
  "old_size",
  "plan_digest",
  "policy_digest",
  "policy_id",
  "recognized_issuer_count",
  "required_tier",
  "resolution",
  "revoked_by",
  "revoked_count",
  "root",
  "rows_digest",
  "sequence",
  "size",
  "sovereign_id",
  "state_digest",
  "status",
  "subject_sovereign_id",
  "tier",
  "treaty_id",
  "tree",
]);

/** Written for anybody who asks: what looks like an id there is whatever a stranger has sent. */
const OF_STRANGERS: ReadonlySet<string> = new Set([
  "admin_auth_failed",
  "admin_auth_throttled",
  "membership_attestation_verified",
  "recognition_treaty_verified",
  "treaty_attestation_verified",
]);

/** Ids, digests, codes and times. Longer text, and text with spaces, may be anybody's words. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:/+=@~-]{0,199}$/;
const FIELD = /^[a-z][a-z0-9_]{0,63}$/;
/** With names of 64 characters, a leaf of so many commitments is far below 65,535 bytes. */
const MAX_FIELDS = 64;
const OWN: ReadonlySet<string> = new Set(["event_id", "event_type", "details", "created_at"]);

export interface Parts {
  readonly details: JsonObject;
  readonly committed: ReadonlyMap<string, JsonValue>;
}

/** Parts an event into what its leaf says and what it only commits to. */
export function partsOf(event: LoggedEvent): Parts {
  const details: Record<string, JsonValue> = {};
  const committed = new Map<string, JsonValue>();
  const odd: [string, JsonValue][] = [];
  const names = Object.keys(event.details);
  // Which fields come first must not depend on the order in which a row happens to name them.
  const ordered = names.length > MAX_FIELDS ? names.toSorted() : names;
  const isOfStrangers = OF_STRANGERS.has(event.event_type);
  let fields = 0;
  for (const name of ordered) {
    const value = event.details[name] ?? null;
    if (!FIELD.test(name) || fields === MAX_FIELDS) {
      odd.push([name, value]);
      continue;
    }
    fields++;
    if (PUBLIC.has(name) && isPlain(value) && !(isOfStrangers && typeof value === "string"))
      details[name] = value;
    else committed.set(name, value);
  }
  const rest = restOf(event, odd);
  if (rest !== null) committed.set(REST, rest);
  return { details, committed };
}

/** Whether a leaf may commit to a field of this name. */
export function isFieldName(name: string): boolean {
  return name === REST || FIELD.test(name);
}

/** The same event with one committed field erased; null when the event commits to no such field. */
export function eraseField(event: LoggedEvent, field: string): LoggedEvent | null {
  const { committed } = partsOf(event);
  const value = committed.get(field);
  if (value === undefined) return null;
  if (field !== REST) return { ...event, details: { ...event.details, [field]: ERASED } };
  const rest = isJsonObject(value) ? value : {};
  const { details } = rest;
  return {
    ...event,
    ...erasedMembers(rest["event"]),
    details: { ...event.details, ...erasedMembers(details) },
  };
}

/** Whether a committed field's value is what `eraseField` leaves. */
export function isErased(field: string, value: JsonValue | undefined): boolean {
  if (field !== REST) return value === ERASED;
  if (!isJsonObject(value)) return false;
  return Object.values(value).every(
    (part) => isJsonObject(part) && Object.values(part).every((member) => member === ERASED),
  );
}

function erasedMembers(part: JsonValue | undefined): JsonObject {
  return isJsonObject(part)
    ? Object.fromEntries(Object.keys(part).map((name) => [name, ERASED]))
    : {};
}

function restOf(event: LoggedEvent, odd: readonly [string, JsonValue][]): JsonObject | null {
  const extra = Object.keys(event).filter((name) => !OWN.has(name));
  if (extra.length === 0 && odd.length === 0) return null;
  return {
    details: Object.fromEntries(odd),
    event: Object.fromEntries(extra.map((name) => [name, event[name] ?? null])),
  };
}

function isPlain(value: JsonValue): boolean {
  switch (typeof value) {
    case "string":
      return PLAIN.test(value);
    case "number":
    case "bigint":
    case "boolean":
      return true;
    default:
      return value === null;
  }
}
