import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instant } from "../../../src/model/time.js";
import {
  parseTimestamp,
  plusMicros,
  plusSeconds,
  toInstant,
} from "../../../src/protocol/instant.js";
import { nextTransition, treatyLifecycle } from "../../../src/protocol/lifecycle.js";
import type { LifecycleRow } from "../../../src/protocol/lifecycle.js";
import { codeOf } from "./expectations.js";

const HOUR = 3600;
const row: LifecycleRow = {
  status: "active",
  expiresAt: "2026-06-08T13:39:59.569649+00:00",
  revokedAt: null,
  reason: null,
};
const expiry = toInstant(parseTimestamp(row.expiresAt));

/** The lifecycle with that much left. */
function left(
  seconds: number,
  micros = 0n,
  change: Partial<LifecycleRow> = {},
): ReturnType<typeof treatyLifecycle> {
  return treatyLifecycle({ ...row, ...change }, plusMicros(plusSeconds(expiry, -seconds), -micros));
}

describe("treatyLifecycle", () => {
  test.each([
    ["a year", 365 * 24 * HOUR, 0n, "active", "low", 365 * 24 * HOUR],
    ["72 h and a second", 72 * HOUR + 1, 0n, "active", "low", 72 * HOUR + 1],
    ["72 h and all but a second", 72 * HOUR, 999_999n, "expiring_soon", "medium", 72 * HOUR],
    ["72 h", 72 * HOUR, 0n, "expiring_soon", "medium", 72 * HOUR],
    ["24 h and a second", 24 * HOUR + 1, 0n, "expiring_soon", "medium", 24 * HOUR + 1],
    ["24 h and all but a second", 24 * HOUR, 999_999n, "expiring_soon", "high", 24 * HOUR],
    ["24 h", 24 * HOUR, 0n, "expiring_soon", "high", 24 * HOUR],
    ["a second", 1, 0n, "expiring_soon", "high", 1],
    ["less than a second", 0, 999_999n, "expired", "expired", 0],
    ["nothing", 0, 0n, "expired", "expired", 0],
    ["a second too late", -1, 0n, "expired", "expired", 0],
    ["a year too late", -365 * 24 * HOUR, 0n, "expired", "expired", 0],
  ])("with %s left", (_name, seconds, micros, state, expiry_risk, seconds_until_expiry) => {
    const rest = {
      expires_at: row.expiresAt,
      revoked_at: null,
      revocation_reason: null,
      replacement_treaty_id: null,
    };
    expect(left(seconds, micros)).toEqual({ state, expiry_risk, seconds_until_expiry, ...rest });
    expect(left(seconds, micros, { status: "suspended" }).state).toBe(state);
  });

  test.each([
    ["revoked", "relationship_ended", null],
    ["revoked", null, null],
    ["revoked", "", null],
    ["revoked", "replaced_by:", null],
    ["revoked", "was replaced_by:t2", null],
    ["revoked", "Replaced_by:t2", null],
    ["replaced", "replaced_by:t2", "t2"],
    ["replaced", "renewed_by:t2", "t2"],
    ["replaced", "renewed_by:urn:t2", "urn:t2"],
  ])("a revoked row is %s for the reason %j", (state, reason, replacement) => {
    const revokedAt = "2026-06-07T00:00:00+00:00";
    for (const seconds of [100 * HOUR, -1]) {
      expect(left(seconds, 0n, { status: "revoked", reason, revokedAt })).toEqual({
        state,
        expiry_risk: "none",
        seconds_until_expiry: null,
        expires_at: row.expiresAt,
        revoked_at: revokedAt,
        revocation_reason: reason,
        replacement_treaty_id: replacement,
      });
    }
  });

  test("only a revoked row is replaced", () => {
    expect(left(100 * HOUR, 0n, { reason: "replaced_by:t2" })).toMatchObject({
      state: "active",
      replacement_treaty_id: null,
    });
  });

  test("either spelling of the expiry gives the offset form", () => {
    expect(left(0, 0n, { expiresAt: "2026-06-08T13:39:59.569649Z" }).expires_at).toBe(
      row.expiresAt,
    );
  });

  test("an expiry that is no time is refused", () => {
    expect(codeOf(() => treatyLifecycle({ ...row, expiresAt: "soon" }, expiry))).toBe("bad_time");
  });
});

describe("nextTransition", () => {
  test("the lifecycle changes at that very microsecond, and not before", () => {
    const offset = fc.bigInt({ min: -5_000_000n, max: 360_000_000_000n });
    fc.assert(
      fc.property(offset, (micros) => {
        const now = plusMicros(expiry, -micros);
        const next = nextTransition(expiry, now);
        if (next === null) return lifecycleAt(now) === "expired expired";
        const before = plusMicros(next, -1n);
        return (
          next > now &&
          lifecycleAt(before) === lifecycleAt(now) &&
          lifecycleAt(next) !== lifecycleAt(now)
        );
      }),
    );
  });

  test("from fresh to expired in three steps", () => {
    const steps = [];
    let now = nextTransition(expiry, plusSeconds(expiry, -1000 * HOUR));
    while (now !== null) {
      steps.push(expiry - now);
      now = nextTransition(expiry, now);
    }
    expect(steps).toEqual([259_200_999_999n, 86_400_999_999n, 999_999n]);
  });
});

function lifecycleAt(now: Instant): string {
  const { state, expiry_risk } = treatyLifecycle(row, now);
  return `${state} ${expiry_risk}`;
}
