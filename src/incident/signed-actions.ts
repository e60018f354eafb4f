/** What an operator key has done in a window, by the audit log, and what each of it means at this moment. */
import type { IncidentEffect } from "../model/incident.js";
import type { JsonObject } from "../model/json.js";
import type { RevocableKind } from "../model/resources.js";
import type { Instant, Timestamp } from "../model/time.js";
import { fromInstant, parseTimestamp, toInstant } from "../protocol/instant.js";
import type { LoggedEvent } from "../protocol/log/committed.js";
import type { StateReader } from "../state/reader.js";

export interface Window {
  readonly since: Instant;
  /** Exclusive; null: up to now. */
  readonly until: Instant | null;
}

/** What undoes an effect: `revoke` takes away what was given, `reissue` gives back what was taken. */
export type Remedy = "revoke" | "reissue" | "new_key" | "look" | null;

export interface SignedAction {
  readonly effect: IncidentEffect;
  readonly remedy: Remedy;
  /** What the remedy is drafted for; null where git has no resource for it. */
  readonly target: { readonly kind: RevocableKind; readonly id: string } | null;
}

interface Standing {
  readonly object: string;
  readonly current: string;
  readonly remedy: Remedy;
  readonly target?: SignedAction["target"];
}

type Read = (details: JsonObject, state: StateReader, now: Instant) => Standing;

const READERS: Readonly<Record<string, Read>> = {
  recognition_treaty_issued: (details, state, now) =>
    issued("RecognitionTreaty", textOf(details["treaty_id"]), (id) => state.treaty(id), now),
  recognition_treaty_revoked: (details, state, now) =>
    revoked("RecognitionTreaty", textOf(details["treaty_id"]), (id) => state.treaty(id), now),
  membership_attestation_issued: (details, state, now) =>
    issued(
      "MembershipAttestation",
      textOf(details["attestation_id"]),
      (id) => state.attestation(id),
      now,
    ),
  membership_attestation_revoked: (details, state, now) =>
    revoked(
      "MembershipAttestation",
      textOf(details["attestation_id"]),
      (id) => state.attestation(id),
      now,
    ),
  operator_key_revoked: (details) => {
    return { object: textOf(details["key_id"]), current: "revoked", remedy: "new_key" };
  },
  sovereign_revocation_feed_imported: (details, state) => {
    const issuer = textOf(details["issuer_sovereign_id"]);
    const stands = state.feedNamed(textOf(details["feed_id"])) !== null;
    const object = `feed ${issuer} ${textOf(details["sequence"])}`;
    return stands
      ? { object, current: "imported", remedy: "look" }
      : { object, current: "no longer imported", remedy: null };
  },
  admin_request_refused: ({ action, reason }) => refused(textOf(action), textOf(reason)),
  admin_authz_denied: ({ reason }) => refused("a request above its tier", textOf(reason)),
  admin_auth_failed: ({ reason }) =>
    refused("a request in its name", `${textOf(reason)}, and nothing shows who signed it`),
  admin_auth_throttled: ({ reason }) => refused("further requests in its name", textOf(reason)),
  admin_legacy_signature_used: ({ action }) => {
    return { object: textOf(action), current: "signed in the old form", remedy: null };
  },
  recognition_policy_saved: (details, state) => {
    const object = textOf(details["policy_id"]);
    return state.snapshot().policy === null
      ? { object, current: "removed since", remedy: null }
      : { object, current: "in force, unless it was saved again since", remedy: "look" };
  },
};

/** Whatever else a key is named in. */
const NOTHING: Read = () => ({ object: "nothing", current: "changed by it", remedy: null });

/** In the order of the log. Requests that only read leave no event, and nonces are kept for ten minutes only. */
export function signedActions(
  state: StateReader,
  keyId: string,
  { since, until }: Window,
  now: Instant,
): readonly SignedAction[] {
  const filter = {
    since: fromInstant(since),
    ...(until === null ? {} : { until: fromInstant(until) }),
  };
  const log = state.log();
  return [...state.auditEvents(filter)]
    .filter((event) => isSignedBy(event, keyId) || namesKey(event, keyId))
    .map((event) => {
      const { event_id, event_type: action, details } = event;
      const read = READERS[action] ?? NOTHING;
      const { object, current, remedy, target = null } = read(details, state, now);
      const effect: IncidentEffect = {
        at: atOf(event),
        event_id,
        log_index: log.indexOf(event_id),
        action,
        object,
        current,
        answer: null,
      };
      return { effect, remedy, target };
    });
}

/** As the audit names whose signature held: `by`, and `revoked_by` of an operator key. */
export function isSignedBy({ details }: LoggedEvent, keyId: string): boolean {
  if ("requested_by" in details) return false;
  return details["by"] === keyId || details["revoked_by"] === keyId;
}

/** A request that was refused before, or while, its signature was judged. */
function namesKey({ event_type, details }: LoggedEvent, keyId: string): boolean {
  return event_type.startsWith("admin_") && details["key_id"] === keyId;
}

function refused(object: string, reason: string): Standing {
  return { object, current: `refused: ${reason}`, remedy: null };
}

interface Row {
  readonly status: string;
  readonly expiresAt: string;
}

function issued(
  kind: RevocableKind,
  id: string,
  find: (id: string) => Row | null,
  now: Instant,
): Standing {
  const current = standing(find(id), now);
  return current === "active"
    ? { object: id, current, remedy: "revoke", target: { kind, id } }
    : { object: id, current, remedy: null };
}

function revoked(
  kind: RevocableKind,
  id: string,
  find: (id: string) => Row | null,
  now: Instant,
): Standing {
  const row = find(id);
  const hasEnded = row === null || toInstant(parseTimestamp(row.expiresAt)) <= now;
  return {
    object: id,
    current: standing(row, now),
    remedy: hasEnded ? null : "reissue",
    target: { kind, id },
  };
}

/** A status that was suspended still gives trust as soon as somebody lifts it. */
function standing(row: Row | null, now: Instant): string {
  if (row === null) return "unknown to this state";
  if (row.status === "revoked") return "revoked";
  return toInstant(parseTimestamp(row.expiresAt)) <= now ? "expired" : "active";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "unknown";
}

function atOf({ created_at }: LoggedEvent): Timestamp {
  return fromInstant(toInstant(parseTimestamp(created_at)));
}
