/** The row that watches the thread which serves, while the controller's thread imports a large feed. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ControllerThread } from "../src/controller/controller-thread.js";
import { realClock } from "../src/controller/real-time.js";
import { buildApp } from "../src/http/app.js";
import { writeKeyPair } from "../src/sign/key-file.js";
import { openState } from "../src/state/open.js";
import { keyOf, LIMITS, repository } from "./fixture.js";
import { partner } from "./partner.js";
import { quantile, type Row } from "./row.js";

const ENTRIES = 100_000;
const TREATIES = 1_000;
const PATHS = ["/healthz", "/connectome/trust-path?from=BENCH&to=S1"] as const;
const IDLE_MS = 2_000;

/** Milliseconds of every answer, by path, as somebody else saw them. */
type Answers = Readonly<Record<string, readonly number[]>>;

function askFrom(port: number): () => Promise<Answers> {
  const worker = new Worker(new URL("probe-worker.ts", import.meta.url), {
    workerData: { port, paths: PATHS },
  });
  return async () => {
    worker.postMessage("stop");
    const [answers] = (await once(worker, "message")) as [Answers];
    return answers;
  };
}

/** Milliseconds. */
interface Delays {
  readonly p99: number;
  readonly max: number;
}

async function delays(work: () => Promise<void>): Promise<Delays> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
}

export const eventLoopDelay: Row = {
  name: "event loop p99, import of 100k entries",
  measure: async () => {
    const fixture = repository(TREATIES);
    const { dir, db } = fixture;
    const feed = await partner(fixture, ENTRIES);
    const { privatePath } = writeKeyPair(join(db, "../authority"), "bench-1", keyOf("authority"));
    const imported = Promise.withResolvers<void>();
    const thread = await ControllerThread.start(
      {
        repo: dir,
        ref: null,
        db,
        logEscrow: `${db}.escrow`,
        mirror: `${db}.git`,
        credentials: {},
        limits: LIMITS,
        authorityKey: privatePath,
        interval: 3_600,
        feedRefresh: 86_400,
        feeds: feed.settings,
        adminGrants: "refuse",
        version: "bench",
        holder: "bench",
      },
      {
        observe: (event) => {
          if (event.type === "feed" && event.feed.result === "imported") imported.resolve();
        },
        publish: async () => {
          await app.prepare();
        },
        release: async () => {
          await app.close();
          reader.close();
        },
      },
    );
    const reader = openState(db);
    const app = buildApp({
      reader,
      clock: realClock,
      requestIds: () => "bench",
      version: "bench",
    });
    await app.listen({ port: 0 });
    const { port } = app.server.address() as AddressInfo;
    thread.run();
    await feed.asked;
    await app.prepare();
    // What the first apply has left to do is not part of what is measured.
    await pause(IDLE_MS);
    const stop = askFrom(port);
    const idle = await delays(async () => await pause(IDLE_MS));
    const busy = await delays(async () => {
      feed.answer();
      await imported.promise;
      await app.prepare();
    });
    const answers = await stop();
    await thread.stop();
    feed.stop();
    return {
      value: busy.p99,
      unit: "ms",
      ratio: { of: "when idle", value: busy.p99 / idle.p99 },
      parts: {
        max: { value: busy.max, unit: "ms" },
        ...Object.fromEntries(
          PATHS.map((path) => [
            `${path.replace(/\?.*/, "")} p99`,
            { value: quantile(answers[path] ?? [], 0.99), unit: "ms" },
          ]),
        ),
      },
    };
  },
};
