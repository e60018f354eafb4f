import { describe, expect, test } from "vitest";
import { condition, drift, driftEnded, FAILED, feed, RECOVERED, refused, TICK } from "./events.js";
import { bodyOf, receiver, slack, status, telling, webhook } from "./receiver.js";

describe("repeats", () => {
  test("one key is told once in five minutes, and the next message says how often", async () => {
    const { port, received } = await receiver();
    const { notifier, results, pass } = telling([webhook(port)]);
    for (const seconds of [0, 100, 199]) {
      pass(seconds);
      notifier.observe(FAILED);
    }
    await notifier.drain();
    expect(results).toEqual(["hook suppressed", "hook suppressed", "hook delivered"]);
    pass(1);
    notifier.observe(FAILED);
    await notifier.drain();
    expect(received.map((one) => bodyOf(one).data["suppressed"])).toEqual([0, 2]);
  });

  test("a change back is another key", async () => {
    const { port, received } = await receiver();
    const { notifier } = telling([webhook(port)]);
    notifier.observe(FAILED);
    notifier.observe(RECOVERED);
    await notifier.drain();
    expect(received.map((one) => bodyOf(one).data["status"])).toEqual(["False", "True"]);
  });

  test("a condition that flaps ends as what it is, once the window is over", async () => {
    const { port, received } = await receiver();
    const { notifier, pass } = telling([webhook(port)]);
    for (const event of [FAILED, RECOVERED, FAILED]) notifier.observe(event);
    pass(299);
    notifier.observe(TICK);
    await notifier.drain();
    expect(received).toHaveLength(2);
    pass(1);
    notifier.observe(TICK);
    notifier.observe(TICK);
    await notifier.drain();
    const told = received.map((one) => bodyOf(one).data["status"]);
    expect(told).toEqual(["False", "True", "False"]);
  });

  test("a condition that flaps back to what was told is told no more", async () => {
    const { port, received } = await receiver();
    const { notifier, pass } = telling([webhook(port)]);
    for (const event of [FAILED, RECOVERED, FAILED, RECOVERED]) notifier.observe(event);
    pass(600);
    notifier.observe(TICK);
    await notifier.drain();
    expect(received).toHaveLength(2);
  });

  test("a clock that is set back silences nobody", async () => {
    const { port, received } = await receiver();
    const { notifier, pass } = telling([webhook(port)]);
    notifier.observe(FAILED);
    pass(-3600);
    notifier.observe(FAILED);
    await notifier.drain();
    expect(received).toHaveLength(2);
  });

  test("a feed recovers once, and only after it was rejected", async () => {
    const { port, received } = await receiver();
    const { notifier } = telling([webhook(port)]);
    for (const result of ["imported", "equivocation", "fetch_failed", "unchanged"] as const)
      notifier.observe(feed(result));
    notifier.observe(feed("imported"));
    await notifier.drain();
    expect(received.map((one) => bodyOf(one).type)).toEqual([
      "concordat.feed.rejected",
      "concordat.feed.recovered",
    ]);
  });
});

describe("drift", () => {
  test("of one run is one message of each sort", async () => {
    const { port, received } = await receiver();
    const { notifier } = telling([webhook(port)]);
    for (const event of [drift("a"), driftEnded("b"), drift("c"), TICK, drift("d")])
      notifier.observe(event);
    await notifier.drain();
    const told = received.map((one) => [bodyOf(one).type, bodyOf(one).data["count"]]);
    expect(told).toEqual([
      ["concordat.drift.detected", 2],
      ["concordat.drift.resolved", 1],
      ["concordat.drift.detected", 1],
    ]);
  });
});

describe("the queue", () => {
  test("holds a hundred; the oldest is dropped and counted", async () => {
    const { port, received } = await receiver();
    const { notifier, results } = telling([webhook(port)]);
    for (let index = 0; index < 103; index += 1) {
      notifier.observe(condition({ observed_commit: String(index) }));
    }
    await notifier.drain();
    expect(results.filter((result) => result === "hook dropped")).toHaveLength(3);
    expect(received).toHaveLength(100);
    expect(bodyOf(received[0]).data).toMatchObject({ commit: "3", dropped: 3 });
    expect(bodyOf(received[1]).data).toMatchObject({ commit: "4", dropped: 0 });
  });

  test("goes to Slack ten at a time", async () => {
    const { port, received } = await receiver();
    const { notifier, results } = telling([slack(port)]);
    for (let index = 0; index < 12; index += 1) {
      notifier.observe(condition({ observed_commit: String(index) }));
    }
    await notifier.drain();
    expect(results).toEqual(Array.from({ length: 12 }, () => "slack delivered"));
    const blocks = received.map(({ body }) => (JSON.parse(body) as { blocks: unknown[] }).blocks);
    expect(blocks.map(({ length }) => length)).toEqual([20, 4]);
  });

  test("of one receiver does not wait for another's", async () => {
    const good = await receiver();
    const bad = await receiver(status(500));
    const { notifier, results } = telling([webhook(bad.port, "bad"), webhook(good.port, "good")], {
      sleep: async (_ms, signal) => {
        await new Promise((resolve) => {
          signal.addEventListener("abort", resolve);
        });
      },
    });
    notifier.observe(FAILED);
    notifier.observe(refused());
    await expect.poll(() => results).toEqual(["good delivered", "good delivered"]);
    await notifier.close();
    expect(results).toEqual([
      "good delivered",
      "good delivered",
      "bad failed http_500",
      "bad failed http_500",
    ]);
  });
});

describe("the controller is left alone", () => {
  test("observing returns before anything is sent", async () => {
    const { port, received } = await receiver();
    const { notifier, results } = telling([webhook(port)]);
    notifier.observe(FAILED);
    expect([received, results]).toEqual([[], []]);
    await notifier.drain();
    expect(results).toEqual(["hook delivered"]);
  });

  test("a clock, a source of randomness or a listener that throws breaks nothing", async () => {
    const { port, received } = await receiver();
    const throws = (): never => {
      throw new Error("broken");
    };
    const broken = telling([webhook(port)], { random: throws });
    broken.notifier.observe(FAILED);
    expect(broken.results).toEqual(["hook dropped internal"]);
    telling([webhook(port)], { clock: throws }).notifier.observe(FAILED);
    const deaf = telling([webhook(port)], { onResult: throws });
    deaf.notifier.observe(FAILED);
    await deaf.notifier.drain();
    expect(received).toHaveLength(1);
  });

  test("at the end what waits is tried once more, and not for longer than the grace", async () => {
    const good = await receiver();
    const silent = await receiver(() => {});
    const pauses: number[] = [];
    const results: string[] = [];
    const { notifier } = telling([webhook(good.port, "good"), webhook(silent.port)], {
      onResult: (...result) => results.push(result.filter((part) => part !== null).join(" ")),
      sleep: async (ms, signal) => {
        pauses.push(ms);
        // The grace lasts until the good receiver has answered.
        const delivered = (): number => results.filter((one) => one === "good delivered").length;
        if (ms === 2_000) await expect.poll(delivered).toBe(2);
        else signal.throwIfAborted();
      },
    });
    notifier.observe(FAILED);
    notifier.observe(drift("a"));
    await notifier.close();
    expect(good.received.map((one) => bodyOf(one).type)).toEqual([
      "concordat.condition.changed",
      "concordat.drift.detected",
    ]);
    expect(results.toSorted()).toEqual([
      "good delivered",
      "good delivered",
      "hook dropped",
      "hook failed ABORT_ERR",
    ]);
    expect(pauses).toEqual([2_000, 2_000]);
  });

  test("nothing is observed after the end, and without receivers nothing is kept", async () => {
    const { port, received } = await receiver();
    const closed = telling([webhook(port)]);
    await closed.notifier.close();
    closed.notifier.observe(FAILED);
    await closed.notifier.drain();
    const alone = telling([]);
    alone.notifier.observe(drift("a"));
    await alone.notifier.drain();
    expect([received, closed.results, alone.results]).toEqual([[], [], []]);
  });
});
