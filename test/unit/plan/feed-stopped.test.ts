import { afterEach, beforeEach, expect, test } from "vitest";
import { desired, POLICY, authority, sovereign } from "../../helpers/desired.js";
import { outOfBand } from "../../helpers/out-of-band.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const heard = { url: "https://globex.example/feed", maxAge: null, suspend: false };
const wanted = (suspend = false, selfHeal: "deny-only" | "on" = "deny-only") =>
  desired({
    authority: authority({ policy: { ...POLICY, selfHeal } }),
    sovereigns: [sovereign("globex", { feed: { ...heard, suspend } })],
  });
const stop = (): void => outOfBand(world, "UPDATE concordat_sovereigns SET feed_suspend = 1");

test.each(["deny-only", "on"] as const)(
  "a feed that was suspended at the host stays so, and is told (selfHeal: %s)",
  (selfHeal) => {
    world.apply(wanted(false, selfHeal));
    stop();
    expect(world.plan(wanted(false, selfHeal)).plan).toMatchObject({
      changes: [],
      drift: [{ class: "altered", kind: "Sovereign", disposition: "report" }],
    });
  },
);

test("git takes the suspension over, and lifts it", () => {
  world.apply(wanted());
  stop();
  world.apply(wanted(true));
  expect(world.plan(wanted(true)).plan).toMatchObject({ changes: [], drift: [] });
  world.apply(wanted(false));
  expect(world.snapshot.sovereigns[0]?.feed.suspend).toBe(false);
});

test("what was altered beside it is still put back", () => {
  world.apply(wanted());
  stop();
  outOfBand(world, "UPDATE concordat_sovereigns SET endpoint = 'https://elsewhere.example'");
  expect(world.plan(wanted()).plan.changes).toMatchObject([{ reason: "drift_altered" }]);
});
