import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { documentJson } from "../../src/protocol/documents.js";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { genesis } from "../helpers/desired.js";
import { temporaryFolder, writeFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { Service } from "../helpers/service.js";
import { attestationJson, feedJson, treatyJson } from "../helpers/signed.js";

/** Runs a command under --json and holds what it prints against its published schema. */
async function expectDescribed(schema: string, args: readonly string[], code = 0): Promise<string> {
  const ended = await run([...args, "--json"]);
  expect(ended, args.join(" ")).toMatchObject({ code, stderr: "" });
  assertDescribed(schema, ended.stdout);
  return ended.stdout;
}

test("a repository from init to audit export", async () => {
  const scratch = temporaryFolder();
  const dir = join(scratch, "trust");
  const repo = ["--repo", dir];
  const saved = join(scratch, "saved.plan");
  await expectDescribed("init", ["init", dir, "--sovereign-id", "ACME"]);
  await expectDescribed("validate", ["validate", dir]);
  commitTreaties(dir, ["globex", "initech"]);
  await expectDescribed("plan", ["plan", ...repo, "--out", saved, "--detailed-exitcode"], 2);
  expect(await expectDescribed("show", ["show", saved])).toBe(readFileSync(saved, "utf8"));
  await expectDescribed("error", ["apply", ...repo], 3);
  await expectDescribed("apply", ["apply", ...repo, saved]);
  await expectDescribed("apply", ["apply", ...repo, "--auto-approve"]);
  await expectDescribed("apply", ["apply", ...repo, saved]);
  await expectDescribed("status", ["status", ...repo]);
  const log = join(scratch, "audit.jsonl");
  const exported = await expectDescribed("audit-export", [
    "audit",
    "export",
    ...repo,
    "--output",
    log,
  ]);
  expect(JSON.parse(exported)).toMatchObject({
    events: readFileSync(log, "utf8").split("\n").length - 1,
  });
  writeFiles(dir, { "treaties/bad.yaml": "apiVersion: concordat/v1\nkind: Treaty\n" });
  await expectDescribed("validate", ["validate", dir], 1);
});

test("a service, what it says of itself, and what is asked of it", async () => {
  const dir = await trustRepository();
  const repo = ["--repo", dir];
  const service = await Service.start(repo);
  assertDescribed("serve", service.stdout);
  await service.settles(commitTreaties(dir, ["globex"]));
  const served = async (): Promise<void> =>
    assertDescribed("controller-status", JSON.stringify(await service.status()));
  await served();
  await expectDescribed("status", ["status", ...repo]);
  await expectDescribed("reconcile", ["reconcile", "--now", ...repo]);
  await expectDescribed("suspend", ["suspend", ...repo, "--reason", "a look", "--for", "1h"]);
  await served();
  await expectDescribed("reconcile", ["reconcile", "--now", ...repo], 3);
  await expectDescribed("resume", ["resume", ...repo, "--reason", "it was fine"]);
  const db = new Database(join(dir, ".concordat/na.db"));
  db.exec("UPDATE recognition_treaties SET status = 'suspended'");
  db.close();
  await expectDescribed("reconcile", ["reconcile", "--now", ...repo]);
  await expectDescribed("drift", ["drift", ...repo], 2);
  expect(await service.status()).toMatchObject({ drift_count: 1 });
  await served();
  await expectDescribed("error", ["reconcile", "--once", ...repo], 5);
  expect(await service.stop()).toBe(0);
  await expectDescribed("status", ["status", ...repo]);
  await expectDescribed("reconcile", ["reconcile", "--once", ...repo]);
  await expectDescribed("error", ["reconcile", "--now", ...repo], 1);
});

test("keys, verifications and imports", async () => {
  const scratch = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };
  await expectDescribed("keygen", ["keygen", "--out", join(scratch, "key"), "--key-id", "key-1"]);
  const [acme, globex, root] = ["acme", "globex", "root"].map((name) => keyOf(name).publicKey);
  const key = (text: string | undefined): readonly string[] => ["--issuer-key", text ?? ""];
  const treaty = file("treaty.json", treatyJson());
  const attestation = file("attestation.json", attestationJson());
  const feed = file("feed.json", feedJson());
  const block = file("genesis.json", documentJson(genesis()));
  await expectDescribed("verify-treaty", ["verify", "treaty", treaty, ...key(acme)]);
  await expectDescribed("verify-treaty", ["verify", "treaty", treaty, ...key(globex)], 6);
  await expectDescribed("verify-attestation", [
    "verify",
    "attestation",
    attestation,
    ...key(globex),
  ]);
  const under = ["--treaty", treaty, "--treaty-issuer-key", acme ?? ""];
  await expectDescribed("verify-attestation", ["verify", "attestation", attestation, ...under]);
  await expectDescribed("verify-feed", ["verify", "feed", feed, ...key(globex)]);
  await expectDescribed("verify-genesis", ["verify", "genesis", block, ...key(root)]);
  await expectDescribed("verify-treaty", ["verify", "treaty", feed, ...key(acme)], 6);
  const bundle = file("bundle.json", bundleJson());
  await expectDescribed("import-trust-bundle", [
    "import",
    "trust-bundle",
    bundle,
    "--out",
    scratch,
  ]);
  await expectDescribed("error", ["import", "trust-bundle", bundle, "--out", scratch], 1);
});

function bundleJson(): string {
  return `{
    "bundle_type": "genesis-mesh.trust-bundle",
    "sovereign_id": "ACME",
    "created_at": "2026-11-23T00:00:00+00:00",
    "genesis": ${documentJson(genesis("acme"))},
    "connectome": { "active_treaties": [${treatyJson()}], "revoked_trust_material": [] },
    "revocation_feed": { "status": "not_configured" },
    "source_endpoint": "https://acme.example:8443"
  }`;
}
