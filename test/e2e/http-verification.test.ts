/** Readiness is a promise that what is served is signed as it should be. */
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attestation, desired, revocation, treaty } from "../helpers/desired.js";
import { foreignTreaty, outOfBand } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const recognise = [treaty("globex", "globex"), treaty("initech", "initech")];
let world: World;
let served: Served;
let lines: string[] = [];

beforeEach(async () => {
  world = new World();
  world.apply(desired({ treaties: recognise, attestations: [attestation("alpha")] }));
  lines = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  served = new Served(world, { logger: { level: "info", stream } });
  // A 200 is the only answer that this takes.
  await served.settle();
  await served.json("/readyz");
});

afterEach(async () => {
  await served.close();
  world.close();
});

/** What /readyz says does not hold. */
async function unverified(): Promise<unknown> {
  await served.settle();
  const response = await served.get("/readyz");
  expect(response.statusCode).toBe(503);
  const { details } = response.json<{
    error: { details: { reasons: unknown; unverified: unknown } };
  }>().error;
  expect(details.reasons).toEqual(["state_unverified"]);
  expect(await served.metric("concordat_state_verified")).toBe(0);
  return details.unverified;
}

const otherSignature = (json: string): string =>
  json.replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === "A" ? "B" : "A"}`);

test("a treaty whose signature was touched is served, not ready, and named; healed it is ready", async () => {
  const [row] = world.snapshot.treaties;
  if (row === undefined) throw new Error("there is no treaty");
  const set = "UPDATE recognition_treaties SET treaty_json = ? WHERE treaty_id = ?";
  outOfBand(world, set, otherSignature(row.json), row.id);
  expect(await unverified()).toEqual([`treaty ${row.id}`]);
  expect((await served.get(`/recognition-treaties/${row.id}`)).statusCode).toBe(200);
  expect(lines.filter((line) => line.includes("not signed as it should be"))).toHaveLength(1);
  expect(lines.join("")).toContain(row.id);

  outOfBand(world, set, row.json, row.id);
  await served.settle();
  expect((await served.get("/readyz")).statusCode).toBe(200);
  expect(await served.metric("concordat_state_verified")).toBe(1);
});

test.each(["expires_at", "valid_from", "subject_sovereign_id", "issuer_sovereign_id"])(
  "a row that says another %s than its document is not verified",
  async (name) => {
    const [row] = world.snapshot.treaties;
    // Of another treaty in our name, so that the row stays one that is judged.
    const value = name.endsWith("_id") ? "ACME" : "2026-11-29T00:00:00+00:00";
    if (name === "issuer_sovereign_id") {
      const id = foreignTreaty(world, "GLOBEX", "ZED");
      outOfBand(
        world,
        `UPDATE recognition_treaties SET ${name} = ? WHERE treaty_id = ?`,
        value,
        id,
      );
      expect(await unverified()).toEqual([`treaty ${id}`]);
      return;
    }
    outOfBand(
      world,
      `UPDATE recognition_treaties SET ${name} = ? WHERE treaty_id = ?`,
      value,
      row?.id ?? "",
    );
    expect(await unverified()).toEqual([`treaty ${row?.id}`]);
  },
);

test("a treaty in our name by another key is not verified; one in another's name is not ours to judge", async () => {
  foreignTreaty(world, "GLOBEX", "ZED");
  await served.settle();
  expect((await served.get("/readyz")).statusCode).toBe(200);
  const id = foreignTreaty(world, "ACME", "ZED", "somebody else");
  expect(await unverified()).toEqual([`treaty ${id}`]);
});

test("what is over needs no signature any more", async () => {
  const id = foreignTreaty(world, "ACME", "ZED", "somebody else");
  expect(await unverified()).toEqual([`treaty ${id}`]);
  world.pass(168 * 3600);
  await served.settle();
  expect((await served.get("/readyz")).statusCode).toBe(200);
});

test.each([
  ["is not signed by its root key", "genesis_json = replace(genesis_json, '\"v0.1\"', '\"v0.2\"')"],
  ["names another authority key", "public_key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"],
  ["cannot be read", "genesis_json = '{}'"],
])("a genesis that %s is not verified", async (_, change) => {
  outOfBand(world, `UPDATE concordat_authority SET ${change}`);
  expect(await unverified()).toEqual(expect.arrayContaining(["genesis"]));
});

test("a feed that is not signed by us is not verified", async () => {
  const { sequence } = world.writer.publishedFeed() ?? { sequence: 0 };
  outOfBand(
    world,
    "UPDATE concordat_published_feeds SET feed_json = replace(feed_json, '\"sequence\":0', '\"sequence\":9')",
  );
  outOfBand(world, "UPDATE concordat_meta SET generation = generation + 1");
  expect(sequence).toBe(0);
  expect(await unverified()).toEqual(["feed"]);
  const refused = await served.get("/sovereign-revocation-feed");
  expect(refused.statusCode).toBe(503);
  expect(refused.json()).toMatchObject({ error: { details: { reasons: ["state_unverified"] } } });
  // The next feed is a good one.
  world.apply(
    desired({
      treaties: recognise,
      attestations: [attestation("alpha")],
      revocations: [
        revocation("out", {
          targetKind: "MembershipAttestation",
          targetName: "alpha",
          reason: "left",
        }),
      ],
    }),
  );
  await served.settle();
  expect((await served.get("/readyz")).statusCode).toBe(200);
});

test("ten are named, and all are counted", async () => {
  for (let i = 0; i < 12; i += 1) foreignTreaty(world, "ACME", `Z${i}`, "somebody else");
  expect(await unverified()).toHaveLength(10);
  const { error } = (await served.get("/readyz")).json<{
    error: { details: { unverified_count: number } };
  }>();
  expect(error.details.unverified_count).toBe(12);
});
