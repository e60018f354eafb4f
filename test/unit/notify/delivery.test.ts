import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { expect, onTestFinished, test, vi } from "vitest";
import { verifyWebhook } from "../../../src/notify/webhook-signature.js";
import { selfSigned } from "../../helpers/tls.js";
import { FAILED, RECOVERED } from "./events.js";
import {
  bodyOf,
  headersOf,
  receiver,
  SECRET,
  slack,
  START,
  status,
  telling,
  webhook,
} from "./receiver.js";
import type { Received } from "./receiver.js";

const NOW = Number(START / 1_000_000n);

test("a webhook is signed, and a Slack message is not", async () => {
  const { port, received } = await receiver();
  const { notifier, results } = telling([webhook(port), slack(port)]);
  notifier.observe(FAILED);
  await notifier.drain();
  expect(results.toSorted()).toEqual(["hook delivered", "slack delivered"]);
  const [hook, chat] = received.toSorted((a, b) => (a.path ?? "").localeCompare(b.path ?? ""));
  if (hook === undefined || chat === undefined) throw new Error("not received");
  expect(verifyWebhook(SECRET, headersOf(hook), hook.body, NOW)).toBe("ok");
  expect(verifyWebhook(SECRET, headersOf(hook), `${hook.body} `, NOW)).toBe("bad_signature");
  expect(hook.headers["content-type"]).toBe("application/json");
  expect(headersOf(hook).id).toMatch(/^msg_[0-9a-f-]{36}$/);
  expect(bodyOf(hook).type).toBe("concordat.condition.changed");
  expect(chat.headers["webhook-signature"]).toBe(undefined);
  expect(chat.body).toContain("blocks");
});

test("a delivery is tried again after 1, 5 and 30 seconds under one id, and signed anew", async () => {
  const { port, received } = await receiver(status(500, 408, 429, 200));
  const world = telling([webhook(port)], {
    sleep: async (ms) => {
      world.pauses.push(ms);
      world.pass(ms / 1000);
      await Promise.resolve();
    },
  });
  world.notifier.observe(FAILED);
  await world.notifier.drain();
  expect(world.pauses).toEqual([1_000, 5_000, 30_000]);
  expect(world.results).toEqual(["hook delivered"]);
  expect(new Set(received.map((one) => headersOf(one).id)).size).toBe(1);
  expect(received.map((one) => Number(headersOf(one).timestamp) - NOW)).toEqual([0, 1, 6, 36]);
  for (const one of received) {
    const { timestamp } = headersOf(one);
    expect(verifyWebhook(SECRET, headersOf(one), one.body, Number(timestamp))).toBe("ok");
  }
});

test("a delivery is given up after four attempts, and the next message still goes out", async () => {
  const { port, received } = await receiver(status(503, 503, 503, 503, 200));
  const { notifier, results } = telling([webhook(port)]);
  notifier.observe(FAILED);
  await notifier.drain();
  expect(results).toEqual(["hook failed http_503"]);
  notifier.observe(RECOVERED);
  await notifier.drain();
  expect(results).toEqual(["hook failed http_503", "hook delivered"]);
  expect(received).toHaveLength(5);
  expect(headersOf(received[0] as Received).id).not.toBe(headersOf(received[4] as Received).id);
});

test.each([400, 401, 404, 410, 301, 302, 307])(
  "an answer of %i is not tried again",
  async (code) => {
    const { port, received } = await receiver((response) => {
      response.writeHead(code, { location: "/elsewhere" }).end();
    });
    const { notifier, results, pauses } = telling([webhook(port)]);
    notifier.observe(FAILED);
    await notifier.drain();
    expect(results).toEqual([`hook failed http_${code}`]);
    expect(pauses).toEqual([]);
    expect(received.map(({ path }) => path)).toEqual(["/hook"]);
  },
);

test("nobody there, no answer in time, and an answer broken off are tried again", async () => {
  const gone = await receiver((response) => response.destroy());
  const silent = await receiver(() => {});
  const { notifier, results, pauses } = telling(
    [webhook(1, "none"), webhook(gone.port, "gone"), webhook(silent.port, "silent")],
    { timeoutMs: 50 },
  );
  notifier.observe(FAILED);
  await notifier.drain();
  expect(results.toSorted()).toEqual([
    "gone failed ECONNRESET",
    "none failed ECONNREFUSED",
    "silent failed timeout",
  ]);
  expect(pauses).toHaveLength(9);
});

test("an endless answer is not read on, and its status counts", async () => {
  let written = 0;
  const { port } = await receiver((response) => {
    const chunk = Buffer.alloc(16_384);
    const write = (): void => {
      while (!response.destroyed && written < 1_000 * chunk.length) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once("drain", write);
      }
    };
    write();
  });
  const { notifier, results } = telling([webhook(port)]);
  notifier.observe(FAILED);
  await notifier.drain();
  expect(results).toEqual(["hook delivered"]);
  expect(written).toBeLessThan(1_000 * 16_384);
});

test("nothing that is reported or thrown holds the address of a sink", async () => {
  const { notifier, results } = telling([slack(1)]);
  notifier.observe(FAILED);
  await notifier.drain();
  expect(results).toEqual(["slack failed ECONNREFUSED"]);
  expect(JSON.stringify(notifier)).not.toContain("hidden");
});

test("over https the certificate is checked, whatever the environment says", async () => {
  const { key, cert, caFile } = selfSigned();
  const { port, received } = await receiver(status(200), (listener) =>
    createServer({ key, cert }, listener),
  );
  const sink = { ...webhook(port), url: `https://localhost:${port}/hook` };
  const trusting = telling([sink], { ca: readFileSync(caFile, "utf8") });
  const careful = telling([sink]);
  // Node warns of this variable, and obeys it where nobody says otherwise.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const { notifier } of [trusting, careful]) {
    notifier.observe(FAILED);
    await notifier.drain();
  }
  expect(trusting.results).toEqual(["hook delivered"]);
  expect(careful.results).toEqual(["hook failed DEPTH_ZERO_SELF_SIGNED_CERT"]);
  expect(received).toHaveLength(1);
});
