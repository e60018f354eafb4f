/** Killed in front of whatever changes a file, a process leaves nothing that the next one cannot go on from. */
import { afterAll, expect, test } from "vitest";
import { killsIn, runCampaign } from "../torture/campaign.js";
import { nameOf } from "../torture/fault.js";
import { Fixtures } from "../torture/fixture.js";
import { explore } from "../torture/ground.js";
import { loadScenario, SCENARIO_NAMES } from "../torture/scenarios.js";
import { straceMissing } from "../torture/strace.js";

/** More than 300 together, and more of those that take less time. */
const KILLS: Readonly<Record<string, number>> = {
  apply: 16,
  backup: 26,
  checkpoint: 26,
  escrow: 26,
  restore: 26,
};
const OTHERS = 46;
const fixtures = new Fixtures();
const missing = straceMissing();

afterAll(() => fixtures.remove());

test.for(SCENARIO_NAMES)("%s: nothing is lost, nothing is half done", async (name) => {
  const ground = await explore(fixtures, await loadScenario(name), missing === null);
  const points = KILLS[name] ?? OTHERS;
  const outcomes = await runCampaign(
    fixtures,
    new Map([[name, ground]]),
    { points, errors: 0, powerCuts: 0, seed: "normal" },
    { atOnce: 2, report: () => {} },
  );
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0);
  expect(broken.map((outcome) => [nameOf(outcome.case), outcome.broken])).toEqual([]);
  expect(killsIn(outcomes)).toBe(points);
});
