/** The safety policy survives the state, and one with anything missing is refused. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SafetyPolicy } from "../../../src/model/desired.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { parseSafetyPolicy, toSafetyPolicyJson } from "../../../src/state/safety-policy.js";
import { POLICY } from "../../helpers/desired.js";
import { AT, expectError } from "../../helpers/state.js";

const limit = fc.record({ count: fc.nat(), percent: fc.nat(100) });
const policy: fc.Arbitrary<SafetyPolicy> = fc.record({
  removals: limit,
  lostPaths: limit,
  approvals: fc.record({ reduces: fc.nat(), keeps: fc.nat(), widens: fc.nat() }),
  freeze: fc.array(
    fc.record({
      from: fc.constant(AT),
      until: fc.constant(parseTimestamp("2027-01-01T00:00:00+02:00")),
      reason: fc.string({ unit: "grapheme" }),
    }),
  ),
  unmanaged: fc.constantFrom("report", "adopt", "revoke"),
  selfHeal: fc.constantFrom("off", "deny-only", "on"),
  maxValidity: fc.record({ treaty: fc.nat(), attestation: fc.nat() }),
  maxSequenceJump: fc.nat(),
});

test("what is written is what is read", () => {
  fc.assert(
    fc.property(policy, (value) => {
      expect(parseSafetyPolicy(toSafetyPolicyJson(value))).toEqual(value);
    }),
  );
});

test("a policy with a part missing or of another kind is refused whole", () => {
  const whole = { ...POLICY, freeze: [{ from: AT, until: AT, reason: "r" }] };
  const damaged: unknown[] = [null, [], "{}", {}];
  for (const part of Object.keys(whole)) {
    damaged.push(
      { ...whole, [part]: null },
      { ...whole, [part]: "never" },
      { ...whole, [part]: -1 },
    );
  }
  damaged.push(
    { ...whole, removals: { count: 3 } },
    { ...whole, removals: { count: 3, percent: 0.5 } },
    { ...whole, approvals: { reduces: 0, keeps: 0 } },
    { ...whole, maxSequenceJump: "10" },
    { ...whole, freeze: undefined, greeze: whole.freeze },
    { ...whole, freeze: [{ from: "now", until: AT, reason: "r" }] },
  );
  for (const value of damaged)
    expectError("state_corrupt", () => parseSafetyPolicy(JSON.stringify(value)));
  expectError("state_corrupt", () => parseSafetyPolicy("{"));
  expectError("state_corrupt", () =>
    parseSafetyPolicy(toSafetyPolicyJson(POLICY).replace("10000", "9223372036854775807")),
  );
});
