import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, run, trustRepository, type Ended } from "../helpers/cli.js";
import { FeedServer } from "../helpers/feed-server.js";
import { commitFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";

function sovereign(name: string, endpoint: string | null): string {
  return [
    "apiVersion: concordat/v1",
    "kind: Sovereign",
    `metadata: { name: ${name} }`,
    "spec:",
    `  sovereignId: ${name.toUpperCase()}`,
    `  publicKeys: ["${keyOf(name).publicKey}"]`,
    ...(endpoint === null ? [] : [`  endpoint: ${endpoint}`]),
    "---",
    "apiVersion: concordat/v1",
    "kind: RecognitionTreaty",
    `metadata: { name: with-${name} }`,
    `spec: { subject: ${name}, scope: { allowedRoles: ["role:client"] } }`,
    "",
  ].join("\n");
}

const MEMBER = [
  "apiVersion: concordat/v1",
  "kind: MembershipAttestation",
  "metadata: { name: member }",
  'spec: { subjectId: node-1, roles: ["role:client"] }',
  "",
].join("\n");

const REVOKED = [
  "apiVersion: concordat/v1",
  "kind: Revocation",
  "metadata: { name: member }",
  "spec: { target: { kind: MembershipAttestation, name: member }, reason: left }",
  "",
].join("\n");

interface Federation {
  readonly dir: string;
  /** Of those that answer. */
  readonly server: FeedServer;
  /** Of the attestation that was revoked. */
  readonly member: string;
  readonly at: (...args: string[]) => Promise<Ended>;
}

/** ACME with four partners: one that has its newest feed, one that has none of it, one that is not there, one without an address. */
async function federation(): Promise<Federation> {
  const server = await FeedServer.start("http");
  const gone = await FeedServer.start("http");
  const dir = await trustRepository();
  writeFileSync(join(dir, "concordat.config.yaml"), 'feeds: { allowPrivate: ["127.0.0.0/8"] }\n');
  const base = `http://127.0.0.1:${server.port}`;
  commitFiles(dir, {
    "sovereigns/globex.yaml": sovereign("globex", `${base}/globex`),
    "sovereigns/initech.yaml": sovereign("initech", `${base}/initech/`),
    "sovereigns/hooli.yaml": sovereign("hooli", `http://127.0.0.1:${gone.port}`),
    "sovereigns/umbrella.yaml": sovereign("umbrella", null),
    "attestations/member.yaml": MEMBER,
  });
  const at = async (...args: string[]): Promise<Ended> => await run(args, { cwd: dir });
  expect((await at("apply", "--auto-approve")).code).toBe(0);
  const told = await at("explain", "attestation/member", "--json");
  const { subject } = told.json() as unknown as { readonly subject: { readonly id: string } };
  commitFiles(dir, { "revocations/member.yaml": REVOKED });
  expect((await at("apply", "--auto-approve")).code).toBe(0);
  const edge = (from: string) => ({
    from,
    to: "ACME",
    status: "active",
    lifecycle_state: "active",
  });
  const material = {
    type: "membership_attestation",
    id: subject.id,
    issuer_sovereign_id: "ACME",
    feed_id: "any",
    sequence: 2,
  };
  server.answer((request, response) => {
    const isGlobex = request.url === "/globex/connectome.json";
    const body = {
      recognition_edges: [edge(isGlobex ? "GLOBEX" : "INITECH")],
      revoked_trust_material: isGlobex ? [material] : [],
    };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  return { dir, server, member: subject.id, at };
}

test("who is hit, how far the newest feed has come, and what each side decides", async () => {
  const { dir, member, at } = await federation();
  writeFileSync(join(dir, ".concordat/members.json"), JSON.stringify({ [member]: "reject" }));
  const told = await at(
    "incident",
    "blast-radius",
    member,
    "--expect",
    ".concordat/members.json",
    "--json",
  );
  expect(told.code, told.stdout).toBe(3);
  assertDescribed("incident-blast-radius", told.stdout);
  expect(told.json()).toMatchObject({
    subject: { kind: "membership_attestation", issuer: "ACME" },
    newest_feed: { issuer: "ACME", origin: "published" },
    asked: [
      { sovereign_id: "GLOBEX", reach: "imported", recognises: true, missing: 0 },
      { sovereign_id: "HOOLI", reach: "unreachable" },
      { sovereign_id: "INITECH", reach: "behind", recognises: true, missing: 1, sequence: null },
      { sovereign_id: "UMBRELLA", reach: "unknown" },
    ],
    incident: {
      checks: [
        { name: `attestation ${member}`, passed: true },
        { name: `attestation ${member} at GLOBEX`, passed: true },
        { name: `attestation ${member} at INITECH`, passed: false },
      ],
    },
  });
});

test("of a sovereign the paths that are lost; nobody is asked when that is not wanted", async () => {
  const { dir, server, at } = await federation();
  const told = await at("incident", "blast-radius", "GLOBEX", "--no-ask");
  expect(server.requests).toEqual([]);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^BLAST RADIUS OF GLOBEX /);
  expect(told.stdout).toContain("nobody was asked");
  const wide = told.stdout.split("\n").filter((line) => line.length > 80 && !line.includes(dir));
  expect(wide).toEqual([]);
  const json = await at("incident", "blast-radius", "GLOBEX", "--no-ask", "--json");
  expect(json.json()).toMatchObject({
    radius: {
      lost: [{ from: "ACME", to: "GLOBEX", before: 1, after: null }],
      lost_count: 1,
      cut_off: ["GLOBEX"],
      accepting: ["ACME"],
    },
  });
  const unknown = await at("incident", "blast-radius", "NOBODY", "--json");
  expect(unknown.json()).toMatchObject({ error: { code: "unknown_name" } });
});
