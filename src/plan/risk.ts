/** What a difference between two specs does to trust, field by field and judged by meaning (design.md 3). */
import type { JsonObject, JsonValue } from "../model/json.js";
import type { FieldChange, Risk } from "../model/plan.js";
import type { Kind } from "../model/resources.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { isJsonObject } from "../protocol/json.js";

/** Judges one field. A difference that cannot be shown to be harmless widens. */
type Judge = (before: JsonValue, after: JsonValue) => Risk;

const keeps: Judge = () => "keeps";
const widens: Judge = () => "widens";

function strings(value: JsonValue): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
}

/** More members, more trust. */
const set: Judge = (before, after) => {
  const old = strings(before);
  const members = strings(after);
  if ([...members].some((member) => !old.has(member))) return "widens";
  return members.size < old.size ? "reduces" : "keeps";
};

/** More members, less trust. */
const denySet: Judge = (before, after) => set(after, before);

/**
 * An empty `allowed_roles` is judged as any role: the running reference grants nothing for it, but software that
 * follows the protocol's text reads it as a wildcard, and a plan must show the widest reading.
 */
const roles: Judge = (before, after) => {
  const old = strings(before);
  const allowed = strings(after);
  if (allowed.size === 0) return old.size === 0 ? "keeps" : "widens";
  if (old.size === 0) return "reduces";
  return set(before, after);
};

/** A larger number trusts more; null is no limit. */
const more: Judge = (before, after) => {
  if (after === null) return "widens";
  if (before === null) return "reduces";
  return Number(after) > Number(before) ? "widens" : "reduces";
};

const less: Judge = (before, after) => more(after, before);

/** A later moment trusts longer; null is for ever. */
const later: Judge = (before, after) => {
  if (typeof after !== "string") return "widens";
  if (typeof before !== "string") return "reduces";
  return toInstant(parseTimestamp(after)) > toInstant(parseTimestamp(before))
    ? "widens"
    : "reduces";
};

const earlier: Judge = (before, after) =>
  typeof before === "string" && typeof after === "string" ? later(after, before) : "widens";

const TIERS: readonly JsonValue[] = ["read", "standard", "privileged"];
const tier: Judge = (before, after) =>
  TIERS.indexOf(after) > TIERS.indexOf(before) ? "widens" : "reduces";

const keyState: Judge = (_before, after) => (after === "active" ? "widens" : "reduces");

/** A window given as another kind of end cannot be compared without a signing time. */
const end =
  (judge: Judge): Judge =>
  (before, after) =>
    before === null || after === null ? "widens" : judge(before, after);

const VALIDITY: Readonly<Record<string, Judge>> = {
  "/validity/from": earlier,
  "/validity/until": end(later),
  "/validity/seconds": end(more),
};

const JUDGES: { readonly [K in Kind]: Readonly<Record<string, Judge>> } = {
  Authority: {
    "/endpoint": keeps,
    "/key_id": keeps,
    "/policy/removals/count": more,
    "/policy/removals/percent": more,
    "/policy/lost_paths/count": more,
    "/policy/lost_paths/percent": more,
    "/policy/approvals/reduces": less,
    "/policy/approvals/keeps": less,
    "/policy/approvals/widens": less,
    "/policy/max_validity/treaty": more,
    "/policy/max_validity/attestation": more,
    "/policy/max_sequence_jump": more,
  },
  OperatorKey: {
    "/holder": keeps,
    "/tier": tier,
    "/state": keyState,
    "/since": keeps,
    "/valid_from": earlier,
    "/valid_until": later,
  },
  Sovereign: {
    "/public_keys": set,
    "/endpoint": keeps,
    "/feed_url": keeps,
    "/feed_max_age": more,
    // Suspending a feed is how an operator stops a bad one: a freeze window must not hold it back.
    "/feed_suspended": keeps,
  },
  RecognitionTreaty: {
    "/subject_public_keys": set,
    "/allowed_roles": roles,
    "/accepted_statuses": set,
    "/metadata": keeps,
    "/reissue": keeps,
    ...VALIDITY,
  },
  MembershipAttestation: { "/roles": set, "/reissue": keeps, ...VALIDITY },
  Revocation: { "/reason": keeps, "/incident": keeps },
  RevocationFeed: { "/accept": (_before, after) => (after === true ? "reduces" : "widens") },
  RecognitionPolicy: { "/revoked_attestation_ids": denySet, "/json_digest": keeps },
};

/** Fields that hold further fields; everything else is compared as one value. */
const NESTED =
  /^\/(validity|policy(\/(removals|lost_paths|approvals|max_validity))?|recognized_issuers(\/[^/]+)?)$/;

const ISSUER_FIELDS: Readonly<Record<string, Judge>> = {
  public_keys: set,
  allowed_roles: roles,
  accepted_statuses: set,
};

function judgeOf(kind: Kind, path: string): Judge {
  const judge = JUDGES[kind][path];
  if (judge !== undefined) return judge;
  if (kind === "RecognitionPolicy") {
    const field = /^\/recognized_issuers\/[^/]+\/([a-z_]+)$/.exec(path)?.[1];
    if (field !== undefined) return ISSUER_FIELDS[field] ?? widens;
    // A whole issuer came or went.
    return (_before, after) => (after === null ? "reduces" : "widens");
  }
  return widens;
}

function pointer(path: string, key: string): string {
  return `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function* differences(
  path: string,
  before: JsonObject,
  after: JsonObject,
): Generator<[string, JsonValue, JsonValue]> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  for (const name of names) {
    const at = pointer(path, name);
    const old = before[name] ?? null;
    const value = after[name] ?? null;
    if (NESTED.test(at) && isJsonObject(old) && isJsonObject(value))
      yield* differences(at, old, value);
    else if (canonicalJson(old) !== canonicalJson(value)) yield [at, old, value];
  }
}

/** The fields in which two specs of a kind differ, each with its risk, in order of their paths. */
export function compareSpecs(
  kind: Kind,
  before: JsonObject,
  after: JsonObject,
): readonly FieldChange[] {
  return [...differences("", before, after)].map(([path, old, value]) => ({
    path,
    before: old,
    after: value,
    risk: judgeOf(kind, path)(old, value),
  }));
}

/** One widening field makes the whole change widen; otherwise one reducing field makes it reduce. */
export function overallRisk(fields: readonly FieldChange[]): Risk {
  if (fields.some((field) => field.risk === "widens")) return "widens";
  return fields.some((field) => field.risk === "reduces") ? "reduces" : "keeps";
}
