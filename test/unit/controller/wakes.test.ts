import { expect, test } from "vitest";
import { Wakes } from "../../../src/controller/wakes.js";
import { plusSeconds } from "../../../src/protocol/instant.js";
import { TestClock } from "../../helpers/test-clock.js";

function wakes(): { readonly clock: TestClock; readonly wakes: Wakes } {
  const clock = new TestClock();
  return { clock, wakes: new Wakes(clock.now, clock.sleep) };
}

test("nothing comes: the wait ends at its time", async () => {
  const { clock, wakes: waiting } = wakes();
  const next = waiting.next(plusSeconds(clock.now(), 60), "interval");
  clock.pass(59);
  clock.pass(1);
  expect(await next).toBe("interval");
});

test("several wake-ups at once are one", async () => {
  const { clock, wakes: waiting } = wakes();
  const at = plusSeconds(clock.now(), 60);
  waiting.wake("refs");
  waiting.wake("refs");
  expect(await waiting.next(at, "interval")).toBe("refs");
  const second = waiting.next(at, "interval");
  clock.pass(60);
  expect(await second).toBe("interval");
});

test("webhooks are served at once, and then at most every two seconds", async () => {
  const { clock, wakes: waiting } = wakes();
  const at = plusSeconds(clock.now(), 60);
  waiting.wake("webhook");
  expect(await waiting.next(at, "interval")).toBe("webhook");
  waiting.wake("webhook");
  const second = waiting.next(at, "interval");
  let isOver = false;
  void second.then(() => (isOver = true));
  clock.pass(1);
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  clock.pass(1);
  expect(await second).toBe("webhook");
});

test("an operator does not wait behind webhooks", async () => {
  const { clock, wakes: waiting } = wakes();
  const at = plusSeconds(clock.now(), 60);
  waiting.wake("webhook");
  await waiting.next(at, "interval");
  waiting.wake("webhook");
  const second = waiting.next(at, "interval");
  waiting.wake("signal");
  expect(await second).toBe("signal");
});

test("a stop ends the wait, also one that has not begun", async () => {
  const { clock, wakes: waiting } = wakes();
  const at = plusSeconds(clock.now(), 60);
  const next = waiting.next(at, "interval");
  waiting.stop();
  expect(await next).toBeNull();
  waiting.wake("refs");
  expect(await waiting.next(at, "interval")).toBeNull();
});

test("a clock that is set back ends the wait: nobody looks away for as long as it was wrong", async () => {
  const { clock, wakes: waiting } = wakes();
  const next = waiting.next(plusSeconds(clock.now(), 60), "interval");
  clock.pass(-7_200);
  expect(await next).toBe("interval");
});

test("a clock that is set back holds up no webhook", async () => {
  const { clock, wakes: waiting } = wakes();
  waiting.wake("webhook");
  await waiting.next(plusSeconds(clock.now(), 60), "interval");
  clock.pass(-7_200);
  waiting.wake("webhook");
  expect(await waiting.next(plusSeconds(clock.now(), 60), "interval")).toBe("webhook");
});
