/** Whether the service is ready, and what it serves while its state cannot be used. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyState } from "../../src/state/open.js";
import { desired, treaty } from "../helpers/desired.js";
import { outOfBand } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

let world: World;
let served: Served;

beforeEach(() => {
  world = new World();
});

afterEach(async () => {
  await served.close();
  world.close();
});

function serveApplied(): void {
  world.apply(desired({ treaties: [treaty("globex", "globex")] }));
  served = new Served(world, { version: "1.2.3", source: () => ({ commit: "c0ffee" }) });
}

async function reasons(): Promise<unknown> {
  await served.settle();
  const response = await served.get("/readyz");
  expect(response.statusCode).toBe(503);
  const { error } = response.json<{ error: { code: string; details: { reasons: unknown } } }>();
  expect(error.code).toBe("service_not_ready");
  return error.details.reasons;
}

test("an applied state is ready, and says what is served", async () => {
  serveApplied();
  await served.settle();
  expect(await served.json("/readyz")).toEqual({
    status: "ready",
    version: "1.2.3",
    sovereign_id: "ACME",
    generation: world.snapshot.generation,
    applied_commit: world.snapshot.applied?.commit,
    source_commit: "c0ffee",
    treaty_count: 1,
    active_edge_count: 1,
  });
  expect(await served.metric("concordat_state_generation")).toBe(world.snapshot.generation);
  expect(await served.metric("concordat_state_current")).toBe(1);
  expect(await served.metric('concordat_treaties{state="active"}')).toBe(1);
});

test("before the first apply it lives, is not ready, and has an empty connectome", async () => {
  served = new Served(world);
  expect(await served.json("/healthz")).toEqual({ status: "ok" });
  expect(await reasons()).toEqual(["no_authority"]);
  for (const url of ["/genesis", "/sovereign.json", "/sovereign-revocation-feed"]) {
    const response = await served.get(url);
    expect(response.statusCode, url).toBe(503);
    expect(response.json()).toMatchObject({
      error: { code: "service_not_ready", details: { reasons: ["no_authority"] } },
    });
  }
  expect(await served.json("/connectome.json")).toMatchObject({ summary: { sovereign_count: 0 } });
});

test("the state of a missing file is served as an empty one", async () => {
  served = new Served(world, { reader: emptyState() });
  expect(await reasons()).toEqual(["no_authority"]);
  expect(await served.json("/attestations")).toEqual({ count: 0 });
});

test("a state that has an authority and no feed yet says so", async () => {
  serveApplied();
  outOfBand(world, "DELETE FROM concordat_published_feeds");
  outOfBand(world, "UPDATE concordat_meta SET generation = generation + 1");
  const response = await served.get("/sovereign-revocation-feed");
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ error: { code: "feed_not_published" } });
});

test("while the state cannot be used the last usable one is served, its lifecycles moving on", async () => {
  serveApplied();
  const before = await served.get("/connectome.json");

  outOfBand(world, "UPDATE recognition_treaties SET treaty_json = '{'");
  const after = await served.get("/connectome.json");
  expect(after.statusCode).toBe(200);
  expect(after.headers.etag).toBe(before.headers.etag);
  expect(await reasons()).toEqual(["state_corrupt"]);
  expect(await served.metric("concordat_state_current")).toBe(0);

  world.pass(168 * 3600);
  expect(await served.json("/connectome.json")).toMatchObject({
    recognition_edges: [{ lifecycle_state: "expired" }],
  });
});

test("a state that became usable again is ready again", async () => {
  serveApplied();
  const [row] = world.snapshot.treaties;
  await served.json("/connectome.json");
  outOfBand(world, "UPDATE recognition_treaties SET treaty_json = '{'");
  expect(await reasons()).toEqual(["state_corrupt"]);
  outOfBand(world, "UPDATE recognition_treaties SET treaty_json = ?", row?.json ?? "");
  await served.settle();
  expect(await served.json("/readyz")).toMatchObject({ status: "ready" });
  expect(await served.metric("concordat_state_current")).toBe(1);
});

test("a file that does not even tell its generation is not ready either", async () => {
  serveApplied();
  await served.json("/connectome.json");
  outOfBand(world, "DELETE FROM concordat_meta");
  expect(await reasons()).toEqual(["state_corrupt"]);
  expect((await served.get("/connectome.json")).statusCode).toBe(200);
});

test("an unusable state is not read again on every request", async () => {
  serveApplied();
  outOfBand(world, "UPDATE recognition_treaties SET treaty_json = '{'");
  let reads = 0;
  const { reader } = served;
  const read = reader.servedRows.bind(reader);
  const servedRows = (): ReturnType<typeof read> => {
    reads += 1;
    return read();
  };
  const counting = new Served(world, { reader: Object.assign(reader, { servedRows }) });
  for (let i = 0; i < 5; i += 1)
    expect((await counting.get("/connectome.json")).statusCode).toBe(503);
  expect(reads).toBe(1);
  world.pass(1);
  expect((await counting.get("/connectome.json")).statusCode).toBe(503);
  expect(reads).toBe(2);
  await counting.close();
});

test("routes that read past the model are not ready when the file fails them", async () => {
  serveApplied();
  outOfBand(world, "ALTER TABLE membership_attestations RENAME TO elsewhere");
  for (const url of ["/attestations", "/attestations/some-id"]) {
    const response = await served.get(url);
    expect(response.statusCode, url).toBe(503);
    expect(response.json()).toMatchObject({ error: { code: "service_not_ready" } });
  }
});
