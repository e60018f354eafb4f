import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { feedJson } from "../helpers/signed.js";
import { Ours } from "./our-authority.js";
import { isMissing } from "./reference.js";

describe.skipIf(isMissing)("the reference's command line against our authority", () => {
  test("treaty list, inspect", async () => {
    const ours = await Ours.start();
    const all = await ours.command("treaty", "list", ...ours.na);
    expect(all).toMatchObject({ code: 0 });
    expect(all.stdout).toContain("ACME -> GLOBEX");
    expect(all.stdout).toContain("ACME -> INITECH");
    expect((await ours.rows("--status", "revoked")).length).toBe(0);
    const id = await ours.treatyWith("GLOBEX");
    const one = await ours.command("treaty", "inspect", ...ours.na, id);
    expect(one).toMatchObject({ code: 0 });
    expect(one.stdout).toContain("status:     active / active");
    const none = await ours.command("treaty", "inspect", ...ours.na, "no-such-treaty");
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain("404");
  });

  test("treaty revoke", async () => {
    const ours = await Ours.start();
    const id = await ours.treatyWith("GLOBEX");
    const forged = await ours.command("treaty", "revoke", ...ours.as("gamma"), id, "--yes");
    expect(forged).toMatchObject({ code: 1 });
    expect(forged.stderr).toContain("401");
    const revoked = await ours.command(
      "treaty",
      "revoke",
      ...ours.as("alpha"),
      id,
      "--reason",
      "breach “2”",
      "--yes",
    );
    expect(revoked).toMatchObject({ code: 0 });
    expect(revoked.stdout).toContain("status: revoked");
    expect(await ours.rows("--status", "revoked")).toMatchObject([
      {
        treaty: { treaty_id: id },
        revocation_reason: "breach “2”",
        lifecycle: { state: "revoked" },
      },
    ]);
  });

  test("treaty renew and replace are for git, unless grants are allowed", async () => {
    const ours = await Ours.start();
    const id = await ours.treatyWith("GLOBEX");
    for (const action of ["renew", "replace"]) {
      const refused = await ours.command("treaty", action, ...ours.as("alpha"), id, "--yes");
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.stderr).toContain("managed_by_git");
    }
    expect(await ours.rows("--status", "active")).toHaveLength(2);

    const open = await Ours.start("interval: 1d\nadminGrants: allow\n");
    const old = await open.treatyWith("GLOBEX");
    const renewed = await open.command("treaty", "renew", ...open.as("alpha"), old, "--yes");
    expect(renewed).toMatchObject({ code: 0, stderr: "" });
    const rows = await open.rows("--subject-sovereign-id", "GLOBEX");
    expect(rows.map(({ lifecycle: { state } }) => state).toSorted()).toEqual([
      "expiring_soon",
      "replaced",
    ]);
  });

  test("attestation issue, where grants are allowed, and revoke", async () => {
    const ours = await Ours.start("interval: 1d\nadminGrants: allow\n");
    const subject = ["--subject-id", "temp", "--role", "role:client", "--claim", "region=Zürich"];
    const issued = await ours.json<{ attestation_id: string }>(
      "attestation",
      "issue",
      ...ours.as("alpha"),
      ...subject,
    );
    const id = issued.attestation_id;
    const revoked = await ours.json(
      "attestation",
      "revoke",
      ...ours.as("alpha"),
      id,
      "--reason",
      "left",
    );
    expect(revoked).toMatchObject({ attestation_id: id, status: "revoked" });
    const { json: feed } = await ours.service.get("/sovereign-revocation-feed");
    expect(feed).toMatchObject({
      revoked_attestation_ids: [id],
      revocation_reasons: { [id]: "left" },
    });
    const none = await ours.command("attestation", "revoke", ...ours.as("alpha"), "no-such");
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain("404");
  });

  test("treaty import-feed", async () => {
    const ours = await Ours.start();
    const feed = ours.file(
      "feed.json",
      feedJson({ sequence: 7, revoked_attestation_ids: ["one", "two"] }),
    );
    const args = ["treaty", "import-feed", ...ours.as("alpha"), "--feed", feed];
    expect(await ours.json(...args, "--expected-issuer", "GLOBEX")).toMatchObject({
      accepted: true,
      sequence: 7,
      revoked_count: 2,
    });
    const again = await ours.command(...args);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain("stale_sequence");
    const wrong = await ours.command(...args, "--expected-issuer", "INITECH");
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain("wrong_issuer");
  });

  test("admin revoke-operator-key", async () => {
    const ours = await Ours.start();
    const id = await ours.treatyWith("GLOBEX");
    const revoked = await ours.json(
      "admin",
      "revoke-operator-key",
      ...ours.as("alpha"),
      "beta",
      "--reason",
      "lost",
    );
    expect(revoked).toMatchObject({ key_id: "beta", revoked: true });
    const after = await ours.command("treaty", "revoke", ...ours.as("beta"), id, "--yes");
    expect(after).toMatchObject({ code: 1 });
    expect(after.stderr).toContain("Unknown admin key");
  });

  test("sovereign inspect, trust-bundle export, inspect, validate and import", async () => {
    const ours = await Ours.start();
    const inspected = await ours.json("sovereign", "inspect", ...ours.na, "--format", "json");
    expect(inspected).toMatchObject({ sovereign_id: "ACME" });
    const bundle = ours.file("bundle.json");
    const exported = await ours.json(
      "trust-bundle",
      "export",
      ...ours.na,
      "--output",
      bundle,
      "--format",
      "json",
    );
    expect(exported).toMatchObject({ summary: { sovereign_id: "ACME", active_edge_count: 2 } });
    const [of, json] = [
      ["--bundle", bundle],
      ["--format", "json"],
    ];
    const sound = { validation: { errors: [] } };
    expect(await ours.json("trust-bundle", "inspect", ...of, ...json)).toMatchObject(sound);
    expect(await ours.json("trust-bundle", "validate", ...of, ...ours.na, ...json)).toMatchObject(
      sound,
    );
    expect(await ours.json("trust-bundle", "import", ...of, ...ours.na, ...json)).toMatchObject(
      sound,
    );
  });

  test("genesis verify, trust decide and atlas build read what our authority publishes", async () => {
    const ours = await Ours.start();
    const graph = ours.file(
      "graph.json",
      JSON.stringify((await ours.service.get("/recognition-graph")).json),
    );
    const edge = ["--from", "ACME", "--to", "GLOBEX", "--role", "role:client"];
    const decided = await ours.command(
      "trust",
      "decide",
      "--graph",
      graph,
      ...edge,
      "--format",
      "json",
    );
    // 1 is "warn": it warns of any risk of expiry that an edge names, "low" too, in graphs of its own as well.
    expect(decided).toMatchObject({ code: 1 });
    expect(JSON.parse(decided.stdout)).toMatchObject({ trusted: true, verdict: "warn" });
    const atlas = await ours.command(
      "atlas",
      "build",
      "--graph",
      graph,
      "--output",
      ours.file("atlas"),
    );
    expect(atlas).toMatchObject({ code: 0 });
    const genesis = join(ours.dir, "genesis.json");
    expect(await ours.command("genesis", "verify", "--genesis", genesis)).toMatchObject({
      code: 0,
    });
  });
});
