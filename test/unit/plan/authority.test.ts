import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import {
  authority,
  desired,
  feed,
  genesis,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const findings = (wanted: Parameters<World["plan"]>[0]) =>
  world.plan(wanted).plan.findings.map(({ code, level }) => [code, level]);

describe("the authority", () => {
  test("of another sovereign is refused on this state", () => {
    world.apply(desired());
    const other = desired({ authority: authority({ sovereignId: "OTHER" }) });
    expect(findings(other)).toContainEqual(["sovereign_id_changed", "error"]);
  });

  test("under another root is refused", () => {
    world.apply(desired());
    const other = desired({
      authority: authority({
        genesis: genesis("authority", "2036-01-01T00:00:00Z", "another root"),
      }),
    });
    expect(findings(other)).toEqual([["genesis_root_changed", "error"]]);
  });

  test("is warned about in the last 30 days of its genesis and after", () => {
    const until = (validTo: string) =>
      desired({ authority: authority({ genesis: genesis("authority", validTo) }) });
    expect(findings(until("2026-12-23T00:00:01Z"))).toEqual([]);
    expect(findings(until("2026-12-23T00:00:00Z"))).toEqual([["genesis_expired", "warning"]]);
    expect(findings(until("2026-11-01T00:00:00Z"))).toEqual([["genesis_expired", "warning"]]);
  });
});

describe("a treaty whose validity is past", () => {
  test("is not issued, and the plan says why", () => {
    const validity = { from: null, until: parseTimestamp("2026-11-22T00:00:00Z"), duration: null };
    const { plan } = world.plan(desired({ treaties: [treaty("globex", "globex", { validity })] }));
    expect(plan.findings).toMatchObject([{ code: "validity_ended" }]);
    expect(plan.changes.some((change) => change.kind === "RecognitionTreaty")).toBe(false);
  });
});

describe("a sovereign's feed", () => {
  const aged = (maxAge: number | null) =>
    desired({
      feeds: [feed("globex-1", signedFeed("globex", 1, []))],
      sovereigns: [sovereign("globex", { feed: { url: null, maxAge, suspend: false } })],
    });

  test("older than maxAge is warned about; it was issued 22 days before", () => {
    world.apply(aged(null));
    expect(findings(aged(22 * 86_400))).toEqual([]);
    expect(findings(aged(22 * 86_400 - 1))).toEqual([["feed_overdue", "warning"]]);
  });

  test("that never came is warned about", () => {
    const silent = desired({
      sovereigns: [sovereign("globex", { feed: { url: null, maxAge: 60, suspend: false } })],
    });
    expect(findings(silent)).toEqual([["feed_overdue", "warning"]]);
  });
});
