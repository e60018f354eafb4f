/** The safety policy of an Authority, with the defaults of design.md 5 filled in. */
import type { SafetyPolicy } from "../model/desired.js";
import type { SafetyPolicySpec } from "../model/resources.js";
import type { Fields } from "./fields.js";

const DEFAULT_MAX_VALIDITY = "8784h";
const DEFAULT_MAX_SEQUENCE_JUMP = 10_000;

/** Null when one of its times does not exist. */
export function resolvePolicy(fields: Fields, spec: SafetyPolicySpec): SafetyPolicy | null {
  const path = "/spec/policy";
  const freeze = (spec.freeze ?? []).map((window, index) => {
    const { from, until } = fields.window(`${path}/freeze/${index}`, window);
    return from === null || until === null ? null : { from, until, reason: window.reason };
  });
  const treaty = fields.duration(
    `${path}/maxValidity/treaty`,
    spec.maxValidity?.treaty ?? DEFAULT_MAX_VALIDITY,
  );
  const attestation = fields.duration(
    `${path}/maxValidity/attestation`,
    spec.maxValidity?.attestation ?? DEFAULT_MAX_VALIDITY,
  );
  if (treaty === null || attestation === null || freeze.includes(null)) return null;
  return {
    removals: { count: 3, percent: 10, ...spec.removals },
    lostPaths: { count: 10, percent: 20, ...spec.lostPaths },
    approvals: { reduces: 0, keeps: 0, widens: 0, ...spec.approvals },
    freeze: freeze.filter((window) => window !== null),
    unmanaged: spec.unmanaged ?? "report",
    selfHeal: spec.selfHeal ?? "deny-only",
    maxValidity: { treaty, attestation },
    maxSequenceJump: spec.maxSequenceJump ?? DEFAULT_MAX_SEQUENCE_JUMP,
  };
}
