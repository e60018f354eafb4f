import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Desired } from "../../../src/model/desired.js";
import type { FeedPoll } from "../../../src/model/state.js";
import { nextDue } from "../../../src/plan/due.js";
import { fromInstant, parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import {
  authority,
  desired,
  feed,
  genesis,
  operatorKey,
  POLICY,
  revocation,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { feedPoll } from "../../helpers/feed-poll.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { START, World } from "../../helpers/world.js";

const DAY = 86_400;

const dayAfter = (days: number) => fromInstant(plusSeconds(START, days * DAY));

describe("the next moment is", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => {
    world.close();
  });
  const due = (wanted: Desired, feedPolls: readonly FeedPoll[] = []): string | null => {
    const moment = nextDue(wanted, { ...world.snapshot, feedPolls }, world.now);
    return moment === null ? null : fromInstant(moment);
  };
  /** Its end has been warned about for long, so that no moment is due for it. */
  const past = { genesis: genesis("authority", "2026-02-01T00:00:00Z") };
  const calm = (parts: Parameters<typeof desired>[0] = {}) =>
    desired({ authority: authority(past), ...parts });
  const applied = (parts: Parameters<typeof desired>[0] = {}) => {
    const wanted = calm(parts);
    world.apply(wanted);
    return wanted;
  };

  test("the notice of the genesis' end, then its end, then none", () => {
    const wanted = desired({
      authority: authority({ genesis: genesis("authority", dayAfter(40)) }),
    });
    world.apply(wanted);
    expect(due(wanted)).toBe("2026-12-02T23:59:59.000001Z");
    world.pass(10 * DAY);
    expect(due(wanted)).toBe("2027-01-01T23:59:59.000001Z");
    world.pass(30 * DAY);
    expect(due(wanted)).toBe(null);
  });

  test("the renewal of a treaty, where it renews", () => {
    const wanted = applied({ treaties: [treaty("globex", "globex", { renewBefore: DAY })] });
    expect(due(wanted)).toBe("2026-11-28T23:59:59.000001Z");
    world.pass(6 * DAY);
    expect(world.plan(wanted).plan.changes).toMatchObject([{ action: "renew" }]);
    expect(due(wanted)).toBe("2026-11-29T23:59:59.000001Z");
  });

  test("the last 72 hours and the end of what nothing renews", () => {
    const wanted = applied({ treaties: [treaty("globex", "globex")] });
    expect(due(wanted)).toBe("2026-11-26T23:59:59.000001Z");
    world.pass(5 * DAY);
    expect(due(wanted)).toBe("2026-11-29T23:59:59.000001Z");
    world.pass(2 * DAY);
    expect(due(wanted)).toBe(null);
  });

  test("30 days before the end of what ends later", () => {
    const validity = { from: null, until: null, duration: 40 * DAY };
    expect(due(applied({ treaties: [treaty("globex", "globex", { validity })] }))).toBe(
      "2026-12-02T23:59:59.000001Z",
    );
  });

  test("the end of what was revoked outside git and then left the tree", () => {
    applied({ treaties: [treaty("globex", "globex")] });
    outOfBand(world, "UPDATE recognition_treaties SET status='revoked'");
    expect(world.plan(calm()).plan.changes).toMatchObject([{ action: "record" }]);
    expect(due(calm())).toBe("2026-11-29T23:59:59.000001Z");
    world.pass(7 * DAY);
    expect(world.plan(calm()).plan.changes).toMatchObject([{ action: "forget" }]);
  });

  test("the end of a treaty between others", () => {
    const wanted = applied();
    foreignTreaty(world, "GLOBEX", "HOOLI");
    expect(due(wanted)).toBe("2026-11-29T23:59:59.000001Z");
  });

  test("the beginning and the end of a freeze of the policy applied, not of the one desired", () => {
    const freeze = [
      { from: parseTimestamp(dayAfter(1)), until: parseTimestamp(dayAfter(2)), reason: "audit" },
    ];
    const frozen = desired({
      authority: authority({ ...past, policy: { ...POLICY, freeze } }),
    });
    const calmly = applied();
    expect(due(frozen)).toBe(null);
    world.apply(frozen);
    expect(due(calmly)).toBe("2026-11-24T00:00:00Z");
    world.pass(DAY);
    expect(due(calmly)).toBe("2026-11-25T00:00:00Z");
  });

  test("the window of a privileged key, and no other's", () => {
    const window = {
      validFrom: parseTimestamp(dayAfter(1)),
      validUntil: parseTimestamp(dayAfter(3)),
    };
    const keys = (tier: "privileged" | "standard") => [
      operatorKey("operator-root"),
      operatorKey("other", { ...window, tier }),
    ];
    expect(due(calm({ operatorKeys: keys("standard") }))).toBe(null);
    const wanted = calm({ operatorKeys: keys("privileged") });
    expect(due(wanted)).toBe("2026-11-24T00:00:00Z");
    world.pass(DAY);
    expect(due(wanted)).toBe("2026-11-26T00:00:00Z");
  });

  test("when a feed is older than its maxAge, a poll's included", () => {
    const aged = sovereign("globex", { feed: { url: null, maxAge: 30 * DAY, suspend: false } });
    const wanted = calm({
      sovereigns: [aged],
      feeds: [feed("first", signedFeed("globex", 1, []))],
    });
    expect(due(wanted)).toBe("2026-12-01T00:00:01Z");
    expect(due(wanted, [feedPoll("GLOBEX", "2026-11-20T00:00:00Z")])).toBe("2026-12-20T00:00:01Z");
    expect(due(wanted, [feedPoll("GLOBEX", "2026-10-01T00:00:00Z")])).toBe("2026-12-01T00:00:01Z");
    expect(due(wanted, [feedPoll("INITECH", "2026-11-20T00:00:00Z")])).toBe("2026-12-01T00:00:01Z");
  });

  test("the end of a treaty whose Revocation was deleted, and not of one whose Revocation stands", () => {
    const treaties = [treaty("globex", "globex")];
    const wanted = applied({ treaties });
    world.apply(calm({ treaties, revocations: [revocation("gone", { targetName: "globex" })] }));
    const standing = calm({
      treaties,
      revocations: [revocation("gone", { targetName: "globex" })],
    });
    expect(due(standing)).toBe(null);
    expect(due(wanted)).toBe("2026-11-29T23:59:59.000001Z");
  });
});
