import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { radiusOf } from "../../../src/incident/blast-radius/blast-radius.js";
import { readConnectome } from "../../../src/incident/blast-radius/answer.js";
import { newestFeed } from "../../../src/incident/blast-radius/newest.js";
import { askSovereigns, reachOf, type NewestFeed } from "../../../src/incident/blast-radius/ask.js";
import { blastSubject } from "../../../src/incident/blast-radius/subject.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { openState } from "../../../src/state/open.js";
import type { SovereignRecord } from "../../../src/model/records.js";
import {
  attestation,
  desired,
  feed,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { FeedServer, NEVER, optionsFor } from "../../helpers/feed-server.js";
import { Incidents } from "../../helpers/incidents.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
  world.apply(
    desired({
      sovereigns: [sovereign("globex"), sovereign("initech")],
      treaties: [treaty("globex", "globex"), treaty("initech", "initech")],
      attestations: [attestation("ours")],
    }),
  );
});
afterEach(() => {
  world.close();
});

const subjectOf = (id: string, issuer: string | null = null) =>
  blastSubject(world.snapshot, id, issuer, () => world.writer.auditEvents({}));
const radius = (id: string) => radiusOf(world.snapshot, subjectOf(id), world.now);

describe("what falls", () => {
  test("with a treaty: its path, and a sovereign that nobody else names", () => {
    const [row] = world.snapshot.treaties.filter(({ subject }) => subject === "GLOBEX");
    expect(radius(row?.id ?? "")).toMatchObject({
      accepting: ["ACME"],
      lost: [{ from: "ACME", to: "GLOBEX" }],
      lost_count: 1,
      cut_off: ["GLOBEX"],
    });
  });

  test("with us: every treaty, and what we attest", () => {
    const id = world.snapshot.attestations[0]?.id ?? "";
    expect(radius("ACME")).toMatchObject({ lost_count: 2, attestations: [id] });
  });

  test("with an attestation: itself", () => {
    const id = world.snapshot.attestations[0]?.id ?? "";
    expect(radius(id)).toMatchObject({ attestations: [id], lost_count: 0, cut_off: [] });
    expect(subjectOf("unheard-of", "GLOBEX")).toMatchObject({
      kind: "membership_attestation",
      issuer: "GLOBEX",
    });
  });

  test("with us: of what we attest only what is in force", () => {
    const [row] = world.snapshot.attestations;
    if (row === undefined) expect.fail("there is one");
    const { snapshot, now } = world;
    const ended = { ...snapshot, attestations: [{ ...row, status: "revoked" as const }] };
    expect(radiusOf(ended, subjectOf("ACME"), now).attestation_count).toBe(0);
    expect(radiusOf(ended, subjectOf(row.id), now).attestation_count).toBe(1);
  });

  test("with an operator key: what it has issued, which is nothing of git's", () => {
    expect(subjectOf("operator-root")).toEqual({
      kind: "operator_key",
      id: "operator-root",
      issuer: "ACME",
      treaties: [],
      attestations: [],
    });
    expect(() => subjectOf("nobody")).toThrow(/nobody/);
  });

  test("with an operator key: what it has issued over HTTP", async () => {
    const incidents = await Incidents.over();
    incidents.ask("root", {
      action: "issue_attestation",
      subjectId: "stranger",
      subjectPublicKey: null,
      roles: ["role:client"],
      validityHours: 24,
      claims: {},
    });
    const reader = openState(incidents.repo.db);
    const snapshot = reader.snapshot();
    const issued = snapshot.attestations.map(({ id }) => id);
    const found = blastSubject(snapshot, "operator-root", null, () => reader.auditEvents({}));
    reader.close();
    expect(found.attestations).toEqual(issued);
    expect(radiusOf(snapshot, found, incidents.now).attestations).toEqual(issued);
  });
});

const newest: NewestFeed = {
  issuer: "ACME",
  sequence: 5,
  revoked: ["a", "b"],
  origin: "published",
  message: "",
};
const edge = (lifecycle_state: string, from = "GLOBEX") => ({
  from,
  to: "ACME",
  status: "active",
  lifecycle_state,
});
const material = (id: string, sequence: number, issuer_sovereign_id = "ACME") => ({
  type: "membership_attestation",
  id,
  issuer_sovereign_id,
  feed_id: "f",
  sequence,
});

function answer(edges: readonly unknown[], materials: readonly unknown[]) {
  const text = JSON.stringify({ recognition_edges: edges, revoked_trust_material: materials });
  return readConnectome(Buffer.from(text), "GLOBEX", "ACME");
}

describe("what another connectome says", () => {
  test("of recognition: an edge of its own that is in force", () => {
    expect(answer([edge("active")], [])?.recognises).toBe(true);
    expect(answer([edge("expiring_soon")], [])?.recognises).toBe(true);
    expect(answer([edge("expired")], [])?.recognises).toBe(false);
    expect(answer([edge("active", "INITECH")], [])?.recognises).toBe(false);
  });

  test.each([
    [[material("a", 5), material("b", 4)], "imported", 0, 0],
    [[material("a", 4)], "behind", 1, 1],
    [[], "behind", 5, 2],
    [[material("a", 9)], "unknown", null, 1],
    [[material("a", 9), material("b", 9)], "imported", 0, 0],
    [[material("a", 5, "INITECH"), material("b", 5, "INITECH")], "behind", 5, 2],
  ] as const)("of the newest feed: %j", (materials, reach, behind_by, missing) => {
    const read = answer([], materials);
    if (read === null) expect.fail("it is a connectome");
    expect(reachOf(read, newest)).toMatchObject({ reach, behind_by, missing });
  });

  test("of a feed that revokes nothing: nothing", () => {
    const read = answer([], []);
    if (read === null) expect.fail("it is a connectome");
    expect(reachOf(read, { ...newest, revoked: [] }).reach).toBe("unknown");
    expect(reachOf(read, { ...newest, sequence: null }).reach).toBe("unknown");
  });

  test.each(["", "[]", "{}", "null", `{"recognition_edges":7}`, `{"a":1,"a":2}`, "\u0000"])(
    "is nothing when it is %j",
    (text) => {
      expect(readConnectome(Buffer.from(text), "GLOBEX", "ACME")).toBeNull();
    },
  );

  test("counts what is not as it should be for nothing", () => {
    expect(answer([7, null, { from: {} }], [1, { type: "membership_attestation", id: 3 }])).toEqual(
      {
        recognises: false,
        revoked: new Set(),
        sequence: null,
      },
    );
  });
});

describe("asking", () => {
  const record = (endpoint: string | null): SovereignRecord => ({
    name: "globex",
    sovereignId: "GLOBEX",
    publicKeys: [],
    endpoint,
    feed: { url: null, maxAge: null, suspend: false },
  });

  test("bounds what it reads, follows no redirect, and goes to no private address", async () => {
    const server = await FeedServer.start();
    const url = `https://127.0.0.1:${server.port}`;
    const ask = async (more = {}) => {
      const [asked] = await askSovereigns([record(url)], newest, optionsFor(server, more), NEVER);
      return asked?.report;
    };
    server.json(" ".repeat(2000));
    expect(await ask()).toMatchObject({ reach: "unreachable" });
    server.answer((_request, response) => response.writeHead(302, { Location: "/" }).end());
    expect(await ask()).toMatchObject({ message: expect.stringContaining("redirects") });
    server.json("{}");
    expect(await ask()).toMatchObject({ reach: "unknown" });
    expect(server.requests.at(-1)?.url).toBe("/connectome.json");
  });

  test("ends with the time that it has", async () => {
    const server = await FeedServer.start();
    server.answer(() => {});
    const sovereigns = [record(`https://127.0.0.1:${server.port}`), record(null)];
    const signal = AbortSignal.timeout(50);
    const asked = await askSovereigns(sovereigns, newest, optionsFor(server), signal);
    expect(asked.map(({ report }) => report.reach)).toEqual(["unreachable", "unknown"]);
  });
});

test("an issuer that serves an older feed than it has signed is not called silent", async () => {
  const server = await FeedServer.start();
  const globex = sovereign("globex", { endpoint: `https://127.0.0.1:${server.port}` });
  const feeds = [1, 2].map((sequence) =>
    feed(`feed-${sequence}`, signedFeed("globex", sequence, [])),
  );
  world.apply(desired({ sovereigns: [globex], feeds }));
  const found = async () =>
    await newestFeed(world.writer, world.snapshot, "GLOBEX", optionsFor(server), NEVER);
  server.json(documentJson(signedFeed("globex", 1, [])));
  expect(await found()).toMatchObject({
    origin: "imported",
    sequence: 2,
    message: "sequence 2, the newest that is imported here; GLOBEX serves the older 1",
  });
  server.json(documentJson(signedFeed("globex", 3, [])));
  expect(await found()).toMatchObject({ origin: "fetched", sequence: 3 });
});
