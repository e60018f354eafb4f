/** A large state is built while requests go on being answered, and nobody who comes after a commit misses it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { setImmediate } from "node:timers/promises";
import { desired, feed, signedFeed, treaty } from "../helpers/desired.js";
import { foreignTreaty } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const ENTRIES = 3000;
const revoked = Array.from({ length: ENTRIES }, (_, i) => `attestation-${i}`);
const BUILDS = "concordat_connectome_builds_total";

let world: World;
let served: Served;

beforeEach(() => {
  world = new World();
  world.apply(desired({ treaties: [treaty("globex", "globex")] }));
});

afterEach(async () => {
  await served.close();
  world.close();
});

function importLargeFeed(): void {
  world.apply(
    desired({
      treaties: [treaty("globex", "globex")],
      feeds: [feed("globex-1", signedFeed("globex", 1, revoked))],
    }),
  );
}

interface Summary {
  readonly summary: { readonly imported_revocation_count: number };
}

async function importedCount(): Promise<number> {
  return (await served.json<Summary>("/connectome.json")).summary.imported_revocation_count;
}

test("requests are answered between the slices of a build", async () => {
  let breaths = 0;
  let answered = 0;
  served = new Served(world, {
    slices: {
      milliseconds: 0,
      breathe: async () => {
        breaths += 1;
        if (breaths % 10 === 0 && (await served.get("/healthz")).statusCode === 200) answered += 1;
        await setImmediate();
      },
    },
  });
  await served.settle();
  breaths = answered = 0;
  importLargeFeed();
  expect(await importedCount()).toBe(ENTRIES);
  expect(breaths).toBeGreaterThan(100);
  expect(answered).toBe(Math.floor(breaths / 10));
});

test("health does not wait for a build, and shows what is being served", async () => {
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  served = new Served(world, {
    slices: { milliseconds: 0, breathe: async () => (isHeld ? gate.promise : setImmediate()) },
  });
  await served.settle();
  const { generation } = world.snapshot;
  isHeld = true;
  importLargeFeed();
  const waiting = importedCount();
  expect(await served.json("/readyz")).toMatchObject({ status: "ready", generation });
  expect(await served.metric("concordat_state_generation")).toBe(generation);
  isHeld = false;
  gate.resolve();
  expect(await waiting).toBe(ENTRIES);
  expect(await served.json("/readyz")).toMatchObject({ generation: world.snapshot.generation });
});

test("before the first build it is starting", async () => {
  const gate = Promise.withResolvers<void>();
  served = new Served(world, { slices: { milliseconds: 0, breathe: async () => gate.promise } });
  const response = await served.get("/readyz");
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ error: { details: { reasons: ["starting"] } } });
  gate.resolve();
});

test("a commit in the middle of a build is in every answer that was asked for after it", async () => {
  const answers: Promise<number>[] = [];
  const edges = async (): Promise<number> => {
    const { recognition_edges } = await served.json<{
      readonly recognition_edges: readonly unknown[];
    }>("/connectome.json");
    return recognition_edges.length;
  };
  let isArmed = false;
  served = new Served(world, {
    slices: {
      milliseconds: 0,
      breathe: async () => {
        if (isArmed) {
          isArmed = false;
          foreignTreaty(world, "ZED", "ACME");
          answers.push(edges());
        }
        await setImmediate();
      },
    },
  });
  await served.settle();
  importLargeFeed();
  isArmed = true;
  expect(await importedCount()).toBe(ENTRIES);
  expect(await Promise.all(answers)).toEqual([2]);
});

test("many requests at once wait for one build", async () => {
  served = new Served(world);
  await served.settle();
  const before = await served.metric(BUILDS);
  importLargeFeed();
  const counts = await Promise.all(Array.from({ length: 20 }, async () => importedCount()));
  expect(new Set(counts)).toEqual(new Set([ENTRIES]));
  expect(await served.metric(BUILDS)).toBe((before ?? 0) + 1);
});

test("prepare builds the newest generation before anybody asks", async () => {
  served = new Served(world);
  expect(await served.app.prepare()).toBe(world.snapshot.generation);
  importLargeFeed();
  expect(await served.app.prepare()).toBe(world.snapshot.generation);
  const builds = await served.metric(BUILDS);
  expect(await importedCount()).toBe(ENTRIES);
  expect(await served.metric(BUILDS)).toBe(builds);
});

test("closing gives up a build, quietly", async () => {
  served = new Served(world, { slices: { milliseconds: 0 } });
  importLargeFeed();
  const building = served.app.prepare();
  await Promise.all([
    expect(building).rejects.toMatchObject({ code: "service_not_ready" }),
    served.app.close(),
  ]);
});
