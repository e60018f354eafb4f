/** Bodies of admin requests as actions: the fields, defaults and refusals of the reference (protocol.md 7). */
import { AppError } from "../../errors.js";
import type {
  ImportFeed,
  IssueAttestation,
  IssueTreaty,
  RevokeAttestation,
  RevokeOperatorKey,
  RevokeTreaty,
  SavePolicy,
} from "../../model/admin.js";
import { JsonFloat, type JsonObject, type JsonValue } from "../../model/json.js";
import { isJsonArray, isJsonObject } from "../../protocol/json.js";
import { keysIn, textIn } from "../verify/asked.js";

const DEFAULT_HOURS = 168;
const WHOLE_NUMBER = /^\s*\+?\d{1,15}\s*$/;

/** `own` is the sovereign that signs here; null before the first apply. */
export function issueTreaty(body: JsonObject, own: string | null): IssueTreaty {
  const subject = body["subject_sovereign_id"];
  const keys = orElse(body["subject_public_keys"], []);
  if (typeof subject !== "string" || subject === "" || !isJsonArray(keys)) {
    throw new AppError(
      "missing_treaty_subject",
      "subject_sovereign_id and subject_public_keys are required",
    );
  }
  if (keys.length === 0)
    throw new AppError("empty_subject_public_keys", "subject_public_keys must not be empty");
  const scope = orElse(body["scope"], {});
  if (!isJsonObject(scope)) throw new AppError("invalid_treaty_scope", "Invalid treaty scope");
  const validityHours = hoursIn(body);
  const issuer = textIn(body, "issuer_sovereign_id");
  // The reference signs treaties in any issuer's name; nobody could verify those.
  if (issuer !== null && issuer !== own)
    throw fault("issuer_sovereign_id", "Treaties issued here name this sovereign as their issuer");
  return {
    action: "issue_treaty",
    subjectSovereignId: subject,
    subjectPublicKeys: keys.map((key) => {
      if (typeof key === "string") return key;
      throw new AppError("invalid_public_keys", "subject_public_keys must be a list of strings");
    }),
    scope,
    validityHours,
    metadata: objectIn(body, "metadata"),
  };
}

export function revokeTreaty(body: JsonObject, treatyId: string): RevokeTreaty {
  return { action: "revoke_treaty", treatyId, reason: reasonIn(body) };
}

/** As `issueTreaty`. */
export function issueAttestation(body: JsonObject, own: string | null): IssueAttestation {
  const subject = body["subject_id"];
  const roles = orElse(body["roles"], []);
  if (typeof subject !== "string" || subject === "" || !isJsonArray(roles) || roles.length === 0) {
    throw new AppError("missing_attestation_subject", "subject_id and roles are required");
  }
  const names = roles.map((role) => {
    if (typeof role === "string") return role;
    throw new AppError("invalid_role", "A role is a string");
  });
  const validityHours = hoursIn(body);
  const issuer = body["issuer_sovereign_id"] ?? own;
  if (issuer !== own) {
    throw new AppError(
      "attestation_issuer_mismatch",
      "Attestations issued here name this sovereign as their issuer",
    );
  }
  return {
    action: "issue_attestation",
    subjectId: subject,
    subjectPublicKey: textIn(body, "subject_public_key"),
    roles: names,
    validityHours,
    claims: objectIn(body, "claims"),
  };
}

export function revokeAttestation(body: JsonObject, attestationId: string): RevokeAttestation {
  return { action: "revoke_attestation", attestationId, reason: reasonIn(body) };
}

export function savePolicy(body: JsonObject): SavePolicy {
  return { action: "save_policy", policy: body["recognition_policy"] ?? null };
}

export function importFeed(body: JsonObject): ImportFeed {
  return {
    action: "import_feed",
    feed: body["feed"] ?? null,
    issuerPublicKeys: keysIn(body, "issuer_public_keys"),
    expectedIssuer: textIn(body, "expected_issuer_sovereign_id"),
  };
}

export function revokeOperatorKey(body: JsonObject, keyId: string): RevokeOperatorKey {
  return { action: "revoke_operator_key", keyId, reason: reasonIn(body) };
}

function reasonIn(body: JsonObject): string {
  const reason = body["reason"] ?? "unspecified";
  if (typeof reason === "string") return reason;
  throw fault("reason", "reason must be a string");
}

/** The reference takes whatever Python's `int` does. A fraction of an hour is cut off there; here it is refused. */
function hoursIn(body: JsonObject): number {
  const value = body["validity_hours"];
  const hours = value === undefined ? DEFAULT_HOURS : numberOf(value);
  if (Number.isSafeInteger(hours) && hours > 0) return hours;
  throw new AppError("invalid_validity_hours", "validity_hours must be greater than zero");
}

function numberOf(value: JsonValue): number {
  if (typeof value === "number") return value;
  if (value instanceof JsonFloat) return value.value;
  return typeof value === "string" && WHOLE_NUMBER.test(value) ? Number(value) : Number.NaN;
}

function objectIn(body: JsonObject, field: string): JsonObject {
  const value = orElse(body[field], {});
  if (isJsonObject(value)) return value;
  throw fault(field, `${field} must be an object`);
}

/** As Python's `or`: what is empty counts as absent. */
function orElse(value: JsonValue | undefined, fallback: JsonValue): JsonValue {
  if (value === undefined || value === null || value === false) return fallback;
  const isEmpty = value === "" || value === 0 || (isJsonArray(value) && value.length === 0);
  return isEmpty ? fallback : value;
}

function fault(field: string, message: string): AppError {
  return new AppError("bad_request", message, { details: { field } });
}
