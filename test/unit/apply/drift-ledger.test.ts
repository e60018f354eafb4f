/** What the ledger makes of the drift of a plan, by what is open already. */
import { describe, expect, test } from "vitest";
import { reconcileDrift, type DriftChanges } from "../../../src/apply/drift-ledger.js";
import type { DriftResolution, OpenDrift } from "../../../src/model/controller.js";
import type { Change, Drift, DriftDisposition } from "../../../src/model/plan.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";

const NOW = parseTimestamp("2026-11-23T01:00:00Z");
const EARLIER = parseTimestamp("2026-11-23T00:00:00Z");
const NOTHING: DriftChanges = { notes: [], events: [], detected: [], resolved: [] };

const ALTERED: Drift = {
  class: "altered",
  kind: "RecognitionTreaty",
  name: "globex",
  id: "t1",
  disposition: "report",
  message: "it is not what was applied",
};
const OPEN: OpenDrift = { ...ALTERED, since: EARLIER };
const ABOUT = { class: "altered", kind: "RecognitionTreaty", name: "globex", id: "t1" };
const CLOSE = { do: "close_drift", class: "altered", kind: "RecognitionTreaty", id: "t1" };

interface Given {
  readonly open?: readonly OpenDrift[];
  readonly drift?: readonly Drift[];
  readonly changes?: readonly Change[];
  readonly applied?: boolean;
}

function judge({ open = [], drift = [], changes = [], applied = false }: Given): DriftChanges {
  return reconcileDrift(open, { drift, changes }, applied, NOW);
}

function changeOf(given: Partial<Change>): Change {
  return {
    action: "update",
    kind: "RecognitionTreaty",
    name: "globex",
    id: "t1",
    replaces: null,
    reason: "spec_changed",
    risk: "keeps",
    before: null,
    after: null,
    fields: [],
    source: null,
    ...given,
  };
}

describe("the ledger", () => {
  test("opens what appeared, from now on", () => {
    expect(judge({ drift: [ALTERED] })).toEqual({
      notes: [{ do: "open_drift", drift: { ...ALTERED, since: NOW } }],
      events: [{ type: "drift_detected", details: { ...ABOUT, disposition: "report" } }],
      detected: [ALTERED],
      resolved: [],
    });
  });

  test("says nothing of what is open already, nor of nothing", () => {
    expect(judge({ open: [OPEN], drift: [ALTERED] })).toEqual(NOTHING);
    expect(judge({ open: [OPEN], drift: [ALTERED], applied: true })).toEqual(NOTHING);
    expect(judge({})).toEqual(NOTHING);
  });

  test("closes what is not found any more", () => {
    for (const applied of [false, true]) {
      expect(judge({ open: [OPEN], applied })).toEqual({
        notes: [CLOSE],
        events: [{ type: "drift_resolved", details: { ...ABOUT, resolution: "ended" } }],
        detected: [],
        resolved: [{ ...ABOUT, resolution: "ended" }],
      });
    }
  });

  test("keeps the start of what gets another disposition, another name or other words, and opens nothing anew", () => {
    for (const other of [
      { disposition: "replace" as const },
      { name: "globex-2" },
      { message: "other words" },
    ]) {
      const drift = { ...ALTERED, ...other };
      expect(judge({ open: [OPEN], drift: [drift] })).toEqual({
        ...NOTHING,
        notes: [{ do: "open_drift", drift: { ...drift, since: EARLIER } }],
      });
    }
  });

  test("knows a drift by its class, kind and id", () => {
    for (const other of [
      { class: "suspended" as const },
      { kind: "MembershipAttestation" as const },
      { id: "t2" },
    ]) {
      const { detected, resolved } = judge({ open: [OPEN], drift: [{ ...ALTERED, ...other }] });
      expect(detected).toMatchObject([other]);
      expect(resolved).toEqual([{ ...ABOUT, resolution: "ended" }]);
    }
  });

  const carriedOut: readonly (readonly [DriftDisposition, DriftResolution])[] = [
    ["keep", "kept"],
    ["revoke", "revoked"],
    ["replace", "replaced"],
    ["reissue", "reissued"],
    ["adopt", "adopted"],
  ];
  test.for(carriedOut)(
    "%s: ends at once, by the plan that does it",
    ([disposition, resolution]) => {
      const drift = { ...ALTERED, disposition };
      expect(judge({ drift: [drift], applied: true })).toEqual({
        notes: [],
        events: [
          { type: "drift_detected", details: { ...ABOUT, disposition } },
          { type: "drift_resolved", details: { ...ABOUT, resolution } },
        ],
        detected: [drift],
        resolved: [{ ...ABOUT, resolution }],
      });
      // Found by a pass that was not allowed to act, then done.
      expect(
        judge({ open: [{ ...drift, since: EARLIER }], drift: [drift], applied: true }),
      ).toEqual({
        notes: [CLOSE],
        events: [{ type: "drift_resolved", details: { ...ABOUT, resolution } }],
        detected: [],
        resolved: [{ ...ABOUT, resolution }],
      });
      // Only planned.
      expect(judge({ drift: [drift] })).toMatchObject({ detected: [drift], resolved: [] });
    },
  );

  const acts: readonly (readonly [Partial<Change>, DriftResolution])[] = [
    [{ action: "update" }, "replaced"],
    [{ action: "replace", id: "t2", replaces: "t1" }, "replaced"],
    [{ action: "renew", id: "t2", replaces: "t1" }, "replaced"],
    [{ action: "issue", id: "t2", replaces: "t1" }, "reissued"],
    [{ action: "revoke" }, "revoked"],
    [{ action: "remove" }, "revoked"],
    [{ action: "retire" }, "revoked"],
    [{ action: "adopt" }, "adopted"],
  ];
  test.for(acts)("%o that git asked for: %s", ([change, resolution]) => {
    const changes = [changeOf(change)];
    const ended = { detected: [], resolved: [{ ...ABOUT, resolution }] };
    expect(judge({ open: [OPEN], drift: [ALTERED], changes, applied: true })).toMatchObject(ended);
    expect(judge({ open: [OPEN], changes, applied: true })).toMatchObject(ended);
    // What is only planned has not happened.
    expect(judge({ open: [OPEN], drift: [ALTERED], changes })).toEqual(NOTHING);
  });

  test("a change of another object, or of the books alone, is no act", () => {
    for (const other of [
      changeOf({ id: "t2" }),
      changeOf({ kind: "MembershipAttestation" }),
      changeOf({ action: "record" }),
      changeOf({ action: "forget" }),
    ]) {
      const changes = [other];
      const given = { open: [OPEN], changes, applied: true };
      expect(judge({ ...given, drift: [ALTERED] })).toEqual(NOTHING);
      expect(judge(given).resolved).toEqual([{ ...ABOUT, resolution: "ended" }]);
    }
  });
});
