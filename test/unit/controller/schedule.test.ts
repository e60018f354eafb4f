import fc from "fast-check";
import { expect, test } from "vitest";
import { nextRun, pauseAfter } from "../../../src/controller/schedule.js";
import { plusSeconds, secondsBetween } from "../../../src/protocol/instant.js";
import { START } from "../../helpers/world.js";

const QUIET = { now: START, interval: 60, failures: 0, due: null, chance: 0.5 };

test("without failures the next run is one interval away", () => {
  const { at, trigger } = nextRun(QUIET);
  expect([secondsBetween(START, at), trigger]).toEqual([60, "interval"]);
});

test("what is due before the interval ends is run for when it is due", () => {
  const due = plusSeconds(START, 7);
  expect(nextRun({ ...QUIET, due })).toEqual({ at: due, trigger: "due" });
});

test("what is due after the interval, or in the past, changes nothing but the moment", () => {
  expect(nextRun({ ...QUIET, due: plusSeconds(START, 3_600) }).trigger).toBe("interval");
  expect(nextRun({ ...QUIET, due: plusSeconds(START, -5) })).toEqual({ at: START, trigger: "due" });
});

test("pauses double from a second to five minutes", () => {
  expect([1, 2, 3, 8, 9, 10, 1_000].map(pauseAfter)).toEqual([1, 2, 4, 128, 256, 300, 300]);
});

test("a failure is tried again after its pause, whatever is due", () => {
  const { at, trigger } = nextRun({ ...QUIET, failures: 4, due: START });
  expect([secondsBetween(START, at), trigger]).toEqual([8, "retry"]);
});

test("jitter stays within 5 % of the interval and 10 % of a pause", () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(chance, fc.integer({ min: 0, max: 40 }), (drawn, failures) => {
      const { at } = nextRun({ ...QUIET, failures, chance: drawn });
      const seconds = Number(at - START) / 1_000_000;
      const [base, share] = failures === 0 ? [60, 0.05] : [pauseAfter(failures), 0.1];
      expect(seconds).toBeGreaterThanOrEqual(base * (1 - share) - 0.001);
      expect(seconds).toBeLessThanOrEqual(base * (1 + share) + 0.001);
    }),
  );
});
