/** A built connectome holds until its horizon and not a microsecond longer. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildConnectome } from "../../../src/connectome/connectome.js";
import { connectomeJson } from "../../../src/connectome/json.js";
import type { Instant } from "../../../src/model/time.js";
import { fromInstant, toOffsetForm } from "../../../src/protocol/instant.js";
import { instant, treatyRow, type ConnectomeRows } from "./snapshots.js";

const NOW = instant("2026-10-02T00:00:00Z");
const HOUR = 3_600_000_000n;

function plusMicros(base: Instant, micros: bigint): Instant {
  return (base + micros) as Instant;
}

function text(rows: ConnectomeRows, now: Instant): string {
  return connectomeJson(buildConnectome(rows, now));
}

/** Expiries within four days on either side of NOW, to the microsecond. */
const treaties = fc
  .array(
    fc.record({
      micros: fc.bigInt({ min: -96n * HOUR, max: 96n * HOUR }),
      status: fc.constantFrom(
        "active" as const,
        "active" as const,
        "suspended" as const,
        "revoked" as const,
      ),
    }),
    { maxLength: 6 },
  )
  .map((specs) =>
    specs.map(({ micros, status }, i) =>
      treatyRow({
        id: `t${i}`,
        issuer: "A",
        subject: "B",
        status,
        expiresAt: toOffsetForm(fromInstant(plusMicros(NOW, micros))),
      }),
    ),
  );

test("the same rows give the same connectome up to the horizon", () => {
  fc.assert(
    fc.property(treaties, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
      const rows = { treaties: list, importedRevocations: [] };
      const { validUntil } = buildConnectome(rows, NOW);
      const span = validUntil === null ? 100_000n * HOUR : validUntil - NOW - 1n;
      const within = (span * BigInt(Math.floor(share * 1000))) / 1000n;
      expect(text(rows, plusMicros(NOW, within))).toBe(text(rows, NOW));
      expect(text(rows, plusMicros(NOW, span))).toBe(text(rows, NOW));
    }),
  );
});

test("at the horizon they give another one", () => {
  fc.assert(
    fc.property(treaties, (list) => {
      const rows = { treaties: list, importedRevocations: [] };
      const { validUntil } = buildConnectome(rows, NOW);
      fc.pre(validUntil !== null);
      expect(text(rows, validUntil)).not.toBe(text(rows, NOW));
    }),
  );
});

test("revoked treaties alone have no horizon", () => {
  const rows = {
    treaties: [
      treatyRow({ id: "t1", issuer: "A", subject: "B", status: "revoked", reason: "ended" }),
    ],
    importedRevocations: [],
  };
  expect(buildConnectome(rows, NOW).validUntil).toBeNull();
});
