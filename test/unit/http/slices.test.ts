/** Long work lets the rest of the process have its turn, and can be given up. */
import { expect, test } from "vitest";
import { Slices } from "../../../src/http/slices.js";

function* counting(to: number, onEnd: () => void = () => {}): Generator<void, number> {
  try {
    for (let i = 0; i < to; i += 1) yield;
    return to;
  } finally {
    onEnd();
  }
}

test("gives the work's value, and breathes whenever its time is up", async () => {
  let breaths = 0;
  const slices = new Slices({
    milliseconds: 0,
    breathe: async () => {
      breaths += 1;
    },
  });
  expect(await slices.run(counting(5))).toBe(5);
  expect(breaths).toBe(5);
});

test("works side by side share their pauses", async () => {
  let breaths = 0;
  const slices = new Slices({
    milliseconds: 0,
    breathe: async () => {
      breaths += 1;
    },
  });
  expect(await Promise.all([slices.run(counting(5)), slices.run(counting(5))])).toEqual([5, 5]);
  expect(breaths).toBeLessThan(10);
});

test("an error of the work is the caller's", async () => {
  const slices = new Slices();
  const failing = (function* (): Generator<void, never> {
    yield;
    throw new Error("no");
  })();
  await expect(slices.run(failing)).rejects.toThrow("no");
});

test("once closed, what is under way ends early and closes what it has open", async () => {
  let ended = false;
  const slices = new Slices({ milliseconds: 0 });
  const running = slices.run(counting(1_000_000, () => (ended = true)));
  slices.close();
  await expect(running).rejects.toMatchObject({ code: "service_not_ready" });
  expect(ended).toBe(true);
});
