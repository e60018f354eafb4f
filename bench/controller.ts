/** Rows for the controller: passes, the way of a commit until it is served, and feeds. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { Controller } from "../src/controller/controller.js";
import { FeedPoller } from "../src/feeds/poller.js";
import { DEFAULT_FEED_SETTINGS } from "../src/feeds/settings.js";
import { openSource } from "../src/git/source.js";
import { openStateForWriting } from "../src/state/open.js";
import { eventLoopDelay } from "./event-loop.js";
import { keyOf, LIMITS, NOW, repository, treatyPath, treatyYaml, type Fixture } from "./fixture.js";
import { partner } from "./partner.js";
import { median, milliseconds, type Figure, type Row } from "./row.js";
import { startService } from "./service.js";

const PASSES = 200;
const SPAWNS = 20;
const COMMITS = 20;

const run = promisify(execFile);

async function medianOf(times: number, work: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let count = 0; count < times; count += 1) taken.push(await milliseconds(work));
  return median(taken);
}

/** The floor: what it costs to start one git that says where the head is. */
async function bareGit({ dir }: Fixture): Promise<number> {
  return await medianOf(SPAWNS, () => run("git", ["-C", dir, "rev-parse", "HEAD"]));
}

/** A pass of a controller that has nothing left to do. */
async function pass(fixture: Fixture): Promise<number> {
  const { dir: repo, db } = fixture;
  const source = await openSource({ repo, ref: null, mirror: `${db}.git` });
  const writer = openStateForWriting(db, "bench");
  const clock = (): typeof NOW => NOW;
  const controller = new Controller({
    source,
    ref: null,
    writer,
    limits: LIMITS,
    key: () => keyOf("authority"),
    clock,
    random: randomBytes,
    chance: () => 0.5,
    stopwatch: () => performance.now(),
    interval: 60,
    feedRefresh: 30 * 86_400,
    adminGrants: "refuse",
    feeds: new FeedPoller({ writer, clock, random: randomBytes, settings: DEFAULT_FEED_SETTINGS }),
    version: "bench",
    publish: async () => {},
    observe: () => {},
  });
  try {
    for (let left = 5; (await controller.pass("interval")).outcome !== "unchanged"; left -= 1)
      if (left === 0) throw new Error("the controller does not settle");
    return await medianOf(PASSES, () => controller.pass("interval"));
  } finally {
    await source.stop();
    writer.close();
  }
}

function passRow(count: number): Row {
  return {
    name: `pass with nothing new, ${count / 1_000}k`,
    measure: async () => {
      const fixture = repository(count);
      const value = await pass(fixture);
      const floor = await bareGit(fixture);
      return { value, unit: "ms", ratio: { of: "bare git process", value: value / floor } };
    },
  };
}

const flatness: Row = {
  name: "pass with nothing new, 10k to 1k",
  measure: async () => {
    const floor = await pass(repository(1_000));
    const value = await pass(repository(10_000));
    return { value, unit: "ms", ratio: { of: "the same at 1k", value: value / floor } };
  },
};

/** From the moment at which a ref has moved and the built service is woken, until it serves the commit. */
const commitToServed: Row = {
  name: "commit to served, 1 change in 10k",
  measure: async () => {
    const fixture = repository(10_000);
    const service = await startService(fixture);
    try {
      await service.settled(fixture.head());
      const before = service.megabytes();
      const taken: number[] = [];
      for (let count = 0; count < COMMITS; count += 1) {
        const index = 7 + 131 * count;
        fixture.write(treatyPath(index), treatyYaml(index, "role:bridge"));
        const commit = fixture.draft("bench: one change");
        taken.push(
          await milliseconds(async () => {
            fixture.publish(commit);
            service.wake();
            await service.served(commit);
          }),
        );
        await service.settled(commit);
      }
      const value = median(taken);
      const floor = await bareGit(fixture);
      const after = service.megabytes();
      const ratio = { of: "bare git process", value: value / floor };
      return {
        value,
        unit: "ms",
        ratio,
        parts: {
          slowest: { value: Math.max(...taken), unit: "ms" },
          ...Object.fromEntries(
            service.phases().map(([phase, ms]) => [phase, { value: median(ms), unit: "ms" }]),
          ),
          "memory, settled": { value: before, unit: "MB" },
          [`memory, after ${COMMITS} commits`]: {
            value: after,
            unit: "MB",
            ratio: { of: "settled", value: after / before },
          },
        },
      };
    } finally {
      await service.stop();
    }
  },
};

/** The floor of an import: the same rows by the driver alone, in one durable transaction. */
async function bareInsert(path: string, ids: readonly string[]): Promise<number> {
  const database = new Database(path);
  try {
    database.pragma("journal_mode = wal");
    database.pragma("synchronous = full");
    database.exec(
      "CREATE TABLE revocations (issuer TEXT, id TEXT, feed TEXT, sequence INTEGER, reason TEXT, at TEXT, PRIMARY KEY (issuer, id));" +
        "CREATE INDEX by_issuer ON revocations (issuer)",
    );
    const insert = database.prepare("INSERT INTO revocations VALUES (?, ?, ?, ?, ?, ?)");
    const all = database.transaction(() => {
      for (const id of ids) insert.run("S0", id, "feed", 1, "key_compromise", "2026-11-23");
    });
    return await milliseconds(() => all());
  } finally {
    database.close();
  }
}

function importRow(entries: number): Row {
  return {
    name: `import of a feed with ${entries / 1_000}k entries`,
    measure: async (): Promise<Figure> => {
      const fixture = repository(1);
      const { sovereignId, settings, revoked, answer, stop } = await partner(fixture, entries);
      try {
        await pass(fixture);
        const writer = openStateForWriting(fixture.db, "bench");
        const poller = new FeedPoller({ writer, clock: () => NOW, random: randomBytes, settings });
        answer();
        const value = await milliseconds(async () => {
          const { result, message } = await poller.poll(sovereignId, new AbortController().signal);
          if (result !== "imported") throw new Error(message);
        });
        writer.close();
        const floor = await bareInsert(join(fixture.dir, ".concordat/bare.db"), revoked);
        return { value, unit: "ms", ratio: { of: "bare insert", value: value / floor } };
      } finally {
        stop();
      }
    },
  };
}

export const controller: readonly Row[] = [
  passRow(1_000),
  passRow(10_000),
  flatness,
  commitToServed,
  importRow(10_000),
  importRow(100_000),
  eventLoopDelay,
];
