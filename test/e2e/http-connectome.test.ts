/** The connectome is built when something changed, never per request, and lifecycles change on time all the same. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { desired, feed, revocation, signedFeed, treaty } from "../helpers/desired.js";
import { foreignTreaty } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { START, World } from "../helpers/world.js";

const BUILDS = "concordat_connectome_builds_total";
const WEEK = 168 * 3600;
const ROUTES = [
  "/connectome.json",
  "/recognition-graph",
  "/connectome/trust-path?from=ACME&to=GLOBEX",
  "/readyz",
  "/recognition-treaties",
];

let world: World;
let served: Served;

beforeEach(() => {
  world = new World();
  world.apply(desired({ treaties: [treaty("globex", "globex")] }));
  served = new Served(world);
});

afterEach(async () => {
  await served.close();
  world.close();
});

interface View {
  readonly summary: Record<string, number>;
  readonly recognition_edges: readonly {
    readonly lifecycle_state: string;
    readonly expiry_risk: string;
  }[];
}

async function lifecycle(): Promise<string> {
  const { recognition_edges } = await served.json<View>("/connectome.json");
  return recognition_edges.map((edge) => `${edge.lifecycle_state} ${edge.expiry_risk}`).join();
}

test("many requests cost one build", async () => {
  await served.settle();
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(ROUTES.map(async (url) => served.json(url)));
    world.pass(3600);
  }
  expect(await served.metric(BUILDS)).toBe(1);
});

test("a commit costs one build, whatever it changes", async () => {
  await served.json("/connectome.json");
  world.apply(desired({ treaties: [treaty("globex", "globex"), treaty("initech", "initech")] }));
  await served.json("/connectome.json");
  const view = await served.json<View>("/connectome.json");
  expect(view.summary).toMatchObject({ active_edge_count: 2 });
  expect(await served.metric(BUILDS)).toBe(2);
});

test("a change by another program shows as well", async () => {
  const before = await served.get("/connectome.json");
  foreignTreaty(world, "ZED", "ACME");
  const after = await served.get("/connectome.json");
  expect(after.headers.etag).not.toBe(before.headers.etag);
  expect(after.json()).toMatchObject({ summary: { sovereign_count: 3, active_edge_count: 2 } });
});

test("lifecycles change at their moment, at the cost of one build each", async () => {
  const stages = [
    [0, "active low"],
    [WEEK - 72 * 3600 - 1, "active low"],
    [WEEK - 72 * 3600, "expiring_soon medium"],
    [WEEK - 24 * 3600 - 1, "expiring_soon medium"],
    [WEEK - 24 * 3600, "expiring_soon high"],
    [WEEK - 1, "expiring_soon high"],
    [WEEK, "expired expired"],
    [WEEK * 100, "expired expired"],
  ] as const;
  for (const [seconds, expected] of stages) {
    world.now = START;
    world.pass(seconds);
    expect(await lifecycle(), `after ${seconds} s`).toBe(expected);
    expect(await lifecycle()).toBe(expected);
  }
  expect(await served.metric(BUILDS)).toBe(4);
  expect(await served.metric('concordat_treaties{state="expired"}')).toBe(1);
  expect(await served.metric('concordat_treaties{state="active"}')).toBe(0);
});

test("a clock that is set back is believed", async () => {
  world.pass(WEEK);
  expect(await lifecycle()).toBe("expired expired");
  world.now = START;
  expect(await lifecycle()).toBe("active low");
});

test("a revocation turns the path, the edge and the material", async () => {
  const path = "/connectome/trust-path?from=ACME&to=GLOBEX";
  expect(await served.json(path)).toMatchObject({
    trusted: true,
    reason: "active_treaty_path",
    hop_count: 1,
  });
  world.apply(
    desired({
      treaties: [treaty("globex", "globex")],
      revocations: [revocation("stop", { targetName: "globex", reason: "bad_treaty" })],
    }),
  );
  expect(await served.json(path)).toMatchObject({
    from: "ACME",
    to: "GLOBEX",
    trusted: false,
    reason: "direct_treaty_revoked",
    hop_count: 0,
    path: [{ status: "revoked", lifecycle_state: "revoked", expiry_risk: "none" }],
  });
  expect(await served.json("/connectome.json")).toMatchObject({
    summary: { active_edge_count: 0, revoked_edge_count: 1, revoked_trust_material_count: 1 },
    active_treaties: [],
    revoked_trust_material: [
      { type: "recognition_treaty", lifecycle_state: "revoked", reason: "bad_treaty" },
    ],
  });
});

test("an imported revocation names whom it affects", async () => {
  world.apply(
    desired({
      treaties: [treaty("globex", "globex")],
      feeds: [feed("globex-1", signedFeed("globex", 1, ["attestation-1"]))],
    }),
  );
  expect(await served.json("/connectome.json")).toMatchObject({
    summary: { imported_revocation_count: 1 },
    revocation_blast_radius: [
      {
        type: "membership_attestation",
        id: "attestation-1",
        issuer_sovereign_id: "GLOBEX",
        affected_accepting_sovereigns: ["ACME"],
        sequence: 1,
      },
    ],
  });
});

test("a path leads over several treaties and takes either pair of names", async () => {
  foreignTreaty(world, "GLOBEX", "ZED");
  const answer = await served.json("/connectome/trust-path?from=ACME&to=ZED");
  expect(answer).toMatchObject({
    trusted: true,
    hop_count: 2,
    path: [{ to: "GLOBEX" }, { from: "GLOBEX", to: "ZED" }],
  });
  expect(await served.json("/connectome/trust-path?source=ACME&target=ZED")).toEqual(answer);
  expect(await served.json("/connectome/trust-path?from=&source=ACME&to=ZED&target=ACME")).toEqual(
    answer,
  );
  expect(await served.json("/connectome/trust-path?from=ZED&to=ACME")).toEqual({
    from: "ZED",
    to: "ACME",
    trusted: false,
    reason: "no_active_treaty_path",
    path: [],
    hop_count: 0,
  });
});

test.each(["", "?from=ACME", "?to=ACME", "?from=&to=ACME", "?source=ACME&to="])(
  "a path without both ends (%j) is refused",
  async (query) => {
    const response = await served.get(`/connectome/trust-path${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { code: "missing_trust_path_parameters" } });
  },
);
