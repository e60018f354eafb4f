import { describe, expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { isMissing } from "./reference.js";
import { ReferenceAuthority } from "./reference-authority.js";
import { resource } from "./resource.js";

interface Connectome {
  readonly summary: Readonly<Record<string, number>>;
  readonly revoked_trust_material: readonly Readonly<Record<string, unknown>>[];
  readonly revocation_blast_radius: readonly Readonly<Record<string, unknown>>[];
}

interface Feed {
  readonly sequence: number;
  readonly revoked_attestation_ids: readonly string[];
}

const MEMBER = resource("MembershipAttestation", "contractor", [
  "subjectId: contractor",
  'roles: ["role:client"]',
]);
const REVOCATION = resource("Revocation", "contractor", [
  "target: { kind: MembershipAttestation, name: contractor }",
  "reason: left",
]);

/** The reference's sovereign as our repository knows it, and our treaty with it. */
function recognising(globex: ReferenceAuthority, feedUrl: string | null): Record<string, string> {
  return {
    "sovereigns/globex.yaml": resource("Sovereign", "globex", [
      "sovereignId: GLOBEX",
      `publicKeys: ["${globex.publicKey}"]`,
      ...(feedUrl === null ? [] : [`feed: { url: "${feedUrl}" }`]),
    ]),
    "treaties/globex.yaml": resource("RecognitionTreaty", "globex", [
      "subject: globex",
      'scope: { allowedRoles: ["role:client"] }',
    ]),
  };
}

describe.skipIf(isMissing)("an authority of the reference beside ours", () => {
  test("its feed is polled and imported here, and each later one", async () => {
    const globex = await ReferenceAuthority.start("GLOBEX");
    const first = await globex.attest("first");
    const second = await globex.attest("second");
    await globex.succeed([
      "attestation",
      "revoke",
      ...globex.asOperator,
      first,
      "--reason",
      "left",
    ]);

    const dir = await trustRepository();
    const commit = commitFiles(dir, {
      ...recognising(globex, `${globex.address}/sovereign-revocation-feed`),
      "concordat.config.yaml":
        'interval: 1d\nfeeds: { interval: 5s, allowPrivate: ["127.0.0.0/8"] }\n',
    });
    const service = await Service.start(["--repo", dir]);
    await service.settles(commit);
    await service.waitFor(({ feeds: [feed] }) => feed?.sequence === 1, "the feed is imported");
    const imported = (await service.get("/connectome.json")).json as Connectome;
    expect(imported.revoked_trust_material).toMatchObject([
      { type: "membership_attestation", id: first, issuer_sovereign_id: "GLOBEX", reason: "left" },
    ]);
    expect(imported.revocation_blast_radius).toMatchObject([
      { id: first, affected_accepting_sovereigns: ["ACME"] },
    ]);

    await globex.succeed(["attestation", "revoke", ...globex.asOperator, second]);
    await service.waitFor(({ feeds: [feed] }) => feed?.sequence === 2, "the next one is imported");
    const next = (await service.get("/connectome.json")).json as Connectome;
    expect(next.revoked_trust_material.map(({ id }) => id)).toEqual([first, second].toSorted());
    expect(await service.stop()).toBe(0);
  });

  test("its feed is imported here as a file in git", async () => {
    const globex = await ReferenceAuthority.start("GLOBEX");
    const revoked = await globex.attest("first");
    await globex.succeed(["attestation", "revoke", ...globex.asOperator, revoked]);
    const feed = await globex.get<Feed>("/sovereign-revocation-feed");

    const dir = await trustRepository();
    commitFiles(dir, {
      ...recognising(globex, null),
      "feeds/globex.json": JSON.stringify(feed),
      "feeds/globex.yaml": resource("RevocationFeed", "globex", [
        "issuer: globex",
        "file: feeds/globex.json",
        "accept: true",
      ]),
    });
    expect(await run(["apply", "--auto-approve"], { cwd: dir })).toMatchObject({ code: 0 });
    const service = await Service.start(["--repo", dir]);
    const { json } = await service.get("/connectome.json");
    expect(json).toMatchObject({ revoked_trust_material: [{ id: revoked, sequence: 1 }] });
  });

  test("our feed is imported there, under the key that its treaty with us pinned", async () => {
    const globex = await ReferenceAuthority.start("GLOBEX");
    const dir = await trustRepository();
    const issued = commitFiles(dir, { "attestations/contractor.yaml": MEMBER });
    const service = await Service.start(["--repo", dir]);
    await service.settles(issued);

    const recognise = [
      "--acceptor",
      globex.address,
      "--issuer",
      service.address,
      "--yes",
      "--validity-hours",
      "720",
    ];
    const operator = ["--operator-key", globex.operatorKey, "--operator-key-id", "operator-local"];
    await globex.succeed([
      "federation",
      "bootstrap",
      ...recognise,
      ...operator,
      "--role",
      "role:client",
    ]);
    expect(await globex.get("/connectome.json")).toMatchObject({
      recognition_edges: [{ from: "GLOBEX", to: "ACME", lifecycle_state: "active" }],
    });

    await service.settles(commitFiles(dir, { "revocations/contractor.yaml": REVOCATION }));
    const ours = (await service.get("/sovereign-revocation-feed")).json as Feed;
    const args = ["treaty", "import-feed", ...globex.asOperator, "--from", service.address];
    expect(JSON.parse(await globex.succeed([...args, "--expected-issuer", "ACME"]))).toMatchObject({
      accepted: true,
      issuer_sovereign_id: "ACME",
      sequence: ours.sequence,
      revoked_count: 1,
    });
    const there = await globex.get<Connectome>("/connectome.json");
    expect(there.revoked_trust_material).toMatchObject([
      { id: ours.revoked_attestation_ids[0], issuer_sovereign_id: "ACME", reason: "left" },
    ]);

    const again = await globex.command(args);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain("stale_sequence");
  });
});
