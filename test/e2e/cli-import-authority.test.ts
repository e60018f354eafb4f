import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RecognitionTreaty, Unverified } from "../../src/model/documents.js";
import { documentJson } from "../../src/protocol/documents.js";
import { openState } from "../../src/state/open.js";
import { authorityKeyFile, commitImport } from "../helpers/adoption.js";
import {
  assertDescribed,
  commitTreaties,
  run,
  trustRepository,
  type Ended,
} from "../helpers/cli.js";
import { genesis } from "../helpers/desired.js";
import { FeedServer } from "../helpers/feed-server.js";
import { git, temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { modelJson, naTreaty, TREATY_FIELDS, uuidOf } from "../helpers/na-documents.js";
import { Service } from "../helpers/service.js";
import { feed } from "../helpers/state.js";

const PRIVATE = ["--allow-private", "127.0.0.0/8"];

/** A server with the routes of a reference's authority. */
async function referenceWith(
  treaties: readonly (readonly [Unverified<RecognitionTreaty>, string?])[],
  routes: Readonly<Record<string, string>> = {},
): Promise<FeedServer> {
  const server = await FeedServer.start();
  const rows = treaties.map(
    ([document, status = "active"]) =>
      `{"treaty": ${modelJson(TREATY_FIELDS, document)}, "status": "${status}", "revoked_at": null,
        "revocation_reason": null, "lifecycle": {}, "reissued_from": null, "superseded_by": null}`,
  );
  const answers: Readonly<Record<string, string>> = {
    "/genesis": documentJson(genesis()),
    "/recognition-treaties": `{"count": ${rows.length}, "recognition_treaties": [${rows.join(", ")}]}`,
    "/connectome.json": '{"revoked_trust_material": []}',
    "/attestations": '{"count": 2}',
    ...routes,
  };
  server.answer((request, response) => {
    const answer = answers[request.url ?? ""];
    const status = answer === undefined ? 404 : 200;
    response.writeHead(status, { "Content-Type": "application/json" }).end(answer ?? "{}");
  });
  return server;
}

async function importFrom(
  server: FeedServer,
  ...flags: readonly string[]
): Promise<Ended & { readonly dir: string }> {
  const dir = join(temporaryFolder(), "trust");
  const url = `https://localhost:${server.port}/`;
  const args = ["import", "authority", url, "--out", dir, "--ca-file", server.caFile, "--json"];
  return { ...(await run([...args, ...PRIVATE, ...flags])), dir };
}

test("what a live authority of ours publishes is moved whole, after which there is nothing to plan", async () => {
  const old = await trustRepository();
  const commit = commitTreaties(old, ["globex", "initech"]);
  const service = await Service.start(["--repo", old]);
  await service.settles(commit);
  const before = (await service.get("/recognition-treaties")).json;
  const { sequence } = (await service.get("/sovereign-revocation-feed")).json as {
    readonly sequence: number;
  };
  const dir = join(temporaryFolder(), "trust");
  const args = ["import", "authority", service.address, "--out", dir, "--json", ...PRIVATE];
  const imported = await run([...args, "--root-key", join(old, ".concordat/keys/root.pub")]);
  await service.stop();
  expect(imported.json()).toMatchObject({
    sovereign_id: "ACME",
    resources: { sovereigns: 2, treaties: 2 },
    left_out: [],
    kept: [],
    warnings: [],
  });
  assertDescribed("import-authority", imported.stdout);
  commitImport(dir);
  const key = join(old, ".concordat/keys/authority.key");
  const adopted = await run(["adopt", "--repo", dir, "--authority-key", key, "--json"]);
  expect(adopted.json()).toMatchObject({
    verdict: "no_changes",
    drift: 0,
    feed_sequence: sequence + 1,
    adopted: { treaties: 2, attestations: 0 },
  });
  const planned = await run(["plan", "--repo", dir, "--json"]);
  expect(planned.json()).toMatchObject({
    verdict: "no_changes",
    changes: [],
    drift: [],
    skipped: [],
  });
  const again = await Service.start(["--repo", dir, "--authority-key", key]);
  await again.settles(git(dir, ["rev-parse", "HEAD"]));
  const treatiesOf = (json: unknown): unknown[] =>
    (json as { recognition_treaties: { treaty: unknown }[] }).recognition_treaties.map(
      ({ treaty }) => treaty,
    );
  expect(treatiesOf((await again.get("/recognition-treaties")).json)).toEqual(treatiesOf(before));
  await again.stop();
});

test("a reference's answers are verified one by one, and what does not hold is left out", async () => {
  const server = await referenceWith(
    [
      [naTreaty(1)],
      [naTreaty(2, {}, "somebody")],
      [naTreaty(3), "revoked"],
      [naTreaty(4), "unheard of"],
    ],
    {
      "/connectome.json":
        '{"revoked_trust_material": [{"type": "membership_attestation", "id": "a"}]}',
      "/sovereign-revocation-feed": documentJson(feed("ACME", 7, ["gone"])),
    },
  );
  const ended = await importFrom(server);
  expect(ended.json()).toMatchObject({
    resources: { treaties: 1, revocations: 1 },
    left_out: [
      { type: "recognition_treaty", id: "#3", reason: "unreadable_row" },
      { type: "imported_revocation", id: "a", reason: "missing_signature" },
      // Signed by another key than the genesis names.
      { type: "sovereign_revocation_feed", reason: "invalid_signature" },
      { type: "recognition_treaty", id: uuidOf(2), reason: "invalid_signature" },
    ],
    warnings: [
      expect.stringContaining(keyOf("root").publicKey),
      expect.stringContaining("2 attestations"),
    ],
  });
  commitImport(ended.dir);
  const adopted = await run([
    "adopt",
    "--repo",
    ended.dir,
    "--authority-key",
    authorityKeyFile(),
    "--json",
  ]);
  expect(adopted.json()).toMatchObject({
    verdict: "no_changes",
    drift: 0,
    adopted: { treaties: 2 },
  });
  const reader = openState(join(ended.dir, ".concordat/na.db"));
  expect(reader.treaty(uuidOf(1))?.json).toBe(documentJson(naTreaty(1)));
  expect(reader.treaty(uuidOf(3))).toMatchObject({ status: "revoked" });
  reader.close();
});

test("an export that was changed after the import is not adopted", async () => {
  const server = await referenceWith([[naTreaty(1)], [naTreaty(2)]]);
  const { dir } = await importFrom(server);
  commitImport(dir);
  const file = join(dir, "authority-export.json");
  const text = readFileSync(file, "utf8");
  const changed = text.replace(/"status": "active",(?=\s+"superseded_by")/, '"status": "revoked",');
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  commitImport(dir);
  const adopted = await run([
    "adopt",
    "--repo",
    dir,
    "--authority-key",
    authorityKeyFile(),
    "--json",
  ]);
  expect(adopted.json()).toMatchObject({ error: { code: "adoption_refused" } });
  expect(existsSync(join(dir, ".concordat/na.db"))).toBe(false);
});

describe("nothing is written", () => {
  test("when the root key is another than its operators gave", async () => {
    const server = await referenceWith([[naTreaty(1)]]);
    const ended = await importFrom(server, "--root-key", keyOf("somebody").publicKey);
    expect(ended.json()).toMatchObject({ error: { code: "verification_refused" } });
    expect(existsSync(ended.dir)).toBe(false);
    expect((await importFrom(server, "--root-key", keyOf("root").publicKey)).code).toBe(0);
  });

  test("from an address that is not public", async () => {
    const server = await referenceWith([[naTreaty(1)]]);
    const dir = join(temporaryFolder(), "trust");
    const url = `https://localhost:${server.port}`;
    const ended = await run([
      "import",
      "authority",
      url,
      "--out",
      dir,
      "--ca-file",
      server.caFile,
      "--json",
    ]);
    expect(ended.json()).toMatchObject({ error: { code: "source_unreachable" } });
    expect(ended.code).toBe(1);
    expect(server.connections).toBe(0);
  });

  test.each(["ftp://localhost", "https://a:b@localhost", "https://localhost/?a", "nowhere"])(
    "from %s",
    async (url) => {
      const ended = await run([
        "import",
        "authority",
        url,
        "--out",
        temporaryFolder(),
        "--json",
        ...PRIVATE,
      ]);
      expect(ended.json()).toMatchObject({ error: { code: "usage" } });
      expect(ended.code).toBe(64);
    },
  );

  test("when it sends elsewhere", async () => {
    const server = await FeedServer.start();
    server.answer((_request, response) =>
      response.writeHead(302, { Location: "https://localhost/" }).end(),
    );
    expect((await importFrom(server)).json()).toMatchObject({
      error: {
        code: "source_unreachable",
        message: expect.stringContaining("redirects are not followed"),
      },
    });
  });

  test("when its feed cannot be read: its sequence would begin anew", async () => {
    const server = await referenceWith([[naTreaty(1)]]);
    const genesisText = documentJson(genesis());
    server.answer((request, response) => {
      const isFeed = request.url === "/sovereign-revocation-feed";
      response.writeHead(isFeed ? 503 : 200, { "Content-Type": "application/json" });
      response.end(request.url === "/genesis" ? genesisText : "{}");
    });
    expect((await importFrom(server)).json()).toMatchObject({
      error: { code: "source_unreachable", message: expect.stringContaining("status 503") },
    });
  });
});
