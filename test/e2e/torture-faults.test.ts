/** A disk that fails, a power cut and a flipped bit: nothing acknowledged is lost, and nothing false is believed. */
import { afterAll, describe, expect, test } from "vitest";
import { chooseCases } from "../torture/choose.js";
import { runCases } from "../torture/campaign.js";
import { nameOf } from "../torture/fault.js";
import { Fixtures } from "../torture/fixture.js";
import { flipMany } from "../torture/flip-many.js";
import { explore } from "../torture/ground.js";
import { isCaught } from "../torture/planted-run.js";
import { PLANTED } from "../torture/planted.js";
import { loadScenario, SCENARIO_NAMES } from "../torture/scenarios.js";
import { straceMissing } from "../torture/strace.js";

const FLIPS = 25;
const fixtures = new Fixtures();
const missing = straceMissing();

afterAll(() => fixtures.remove());

test.for(SCENARIO_NAMES)("%s: with failing disks and power cuts", async (name, { skip }) => {
  if (missing !== null) skip(missing);
  const ground = await explore(fixtures, await loadScenario(name), true);
  const cases = chooseCases(ground, { kills: 0, errors: 4, powerCuts: 6 }, "normal");
  const grounds = new Map([[name, ground]]);
  const outcomes = await runCases(fixtures, grounds, cases, { atOnce: 2, report: () => {} });
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0);
  expect(broken.map((outcome) => [nameOf(outcome.case), outcome.broken])).toEqual([]);
  expect(outcomes.filter(({ hit }) => hit).length).toBeGreaterThan(cases.length / 2);
});

test("a flipped bit means nothing, or is noticed", () => {
  for (const { name, counts, unnoticed } of flipMany("normal", FLIPS)) {
    expect(unnoticed, name).toEqual([]);
    expect(counts.noticed, name).toBeGreaterThan(FLIPS / 3);
  }
});

describe("a bug put in on purpose is caught", () => {
  test.for(PLANTED)("$name", async (bug, { skip }) => {
    if (missing !== null && bug.shows === "powerCuts") skip(missing);
    expect(await isCaught(fixtures, bug, missing === null, 2)).toEqual(expect.any(String));
  });
});
