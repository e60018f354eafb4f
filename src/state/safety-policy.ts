/** The safety policy as JSON text in the state. One that cannot be read whole is refused: a gate fails closed. */
import { AppError } from "../errors.js";
import type { Limit, SafetyPolicy } from "../model/desired.js";
import { canonicalJson } from "../protocol/canonical.js";
import { Fields } from "../protocol/document-fields.js";
import { parseJson } from "../protocol/json.js";

const UNMANAGED = ["report", "adopt", "revoke"] as const;
const SELF_HEAL = ["off", "deny-only", "on"] as const;

export function toSafetyPolicyJson(policy: SafetyPolicy): string {
  return canonicalJson({
    removals: { ...policy.removals },
    lostPaths: { ...policy.lostPaths },
    approvals: { ...policy.approvals },
    freeze: policy.freeze.map((window) => ({ ...window })),
    unmanaged: policy.unmanaged,
    selfHeal: policy.selfHeal,
    maxValidity: { ...policy.maxValidity },
    maxSequenceJump: policy.maxSequenceJump,
  });
}

/** Throws AppError `state_corrupt`. */
export function parseSafetyPolicy(json: string): SafetyPolicy {
  try {
    const value = parseJson(json);
    const policy = readPolicy(new Fields(value));
    // A list that is missing reads as an empty one: a freeze under another name would be none.
    if (toSafetyPolicyJson(policy) !== canonicalJson(value))
      throw new AppError("invalid_document", "it says something that no policy says");
    return policy;
  } catch (cause) {
    throw new AppError("state_corrupt", "the safety policy in the state cannot be read", { cause });
  }
}

function readPolicy(policy: Fields): SafetyPolicy {
  const approvals = policy.fields("approvals");
  const maxValidity = policy.fields("maxValidity");
  return {
    removals: limit(policy.fields("removals")),
    lostPaths: limit(policy.fields("lostPaths")),
    approvals: {
      reduces: count(approvals, "reduces"),
      keeps: count(approvals, "keeps"),
      widens: count(approvals, "widens"),
    },
    freeze: policy.fieldsList("freeze").map((window) => ({
      from: window.time("from"),
      until: window.time("until"),
      reason: window.text("reason"),
    })),
    unmanaged: oneOf(policy, "unmanaged", UNMANAGED),
    selfHeal: oneOf(policy, "selfHeal", SELF_HEAL),
    maxValidity: {
      treaty: count(maxValidity, "treaty"),
      attestation: count(maxValidity, "attestation"),
    },
    maxSequenceJump: count(policy, "maxSequenceJump"),
  };
}

function limit(fields: Fields): Limit {
  return { count: count(fields, "count"), percent: count(fields, "percent") };
}

function count(fields: Fields, key: string): number {
  const value = fields.count(key);
  if (typeof value === "bigint") throw fields.fault(key, "expected a smaller number");
  return value;
}

function oneOf<T extends string>(fields: Fields, key: string, values: readonly T[]): T {
  const text = fields.text(key);
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw fields.fault(key, `expected one of ${values.join(", ")}`);
  return value;
}
