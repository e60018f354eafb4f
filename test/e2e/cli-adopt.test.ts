import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { openState } from "../../src/state/open.js";
import {
  adoptArgs,
  adoptedRepository,
  authorityKeyFile,
  commitImport,
  importDatabase,
} from "../helpers/adoption.js";
import { awkward } from "../helpers/awkward-database.js";
import { assertDescribed, run } from "../helpers/cli.js";
import { commitFiles, git } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { NaDatabase } from "../helpers/na-database.js";
import { naAttestation, naTreaty, uuidOf } from "../helpers/na-documents.js";
import { Service } from "../helpers/service.js";

const state = (dir: string): string => join(dir, ".concordat/na.db");

interface Row {
  readonly [column: string]: unknown;
}

function rowsOf(path: string, sql: string): Row[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[], Row>(sql).all();
  } finally {
    database.close();
  }
}

/** The rows of the reference's own columns, whatever later schemas added. */
const SHARED = [
  `SELECT treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json, issued_at, valid_from, expires_at,
     revoked_at, revocation_reason FROM recognition_treaties ORDER BY treaty_id`,
  `SELECT attestation_id, issuer_sovereign_id, subject_id, subject_public_key, roles_json, status, attestation_json, issued_at,
     valid_from, expires_at, revoked_at, revocation_reason FROM membership_attestations ORDER BY attestation_id`,
  "SELECT * FROM sovereign_revocation_feeds ORDER BY feed_id",
  "SELECT * FROM imported_sovereign_revocations ORDER BY attestation_id",
];

describe.each([6, 9, 20] as const)("a database of schema %i", (schema) => {
  test("is taken over byte for byte, after which there is nothing to plan", async () => {
    const database = awkward(schema).close();
    const imported = await importDatabase(database.path);
    expect(imported.stderr).toBe("");
    expect(imported.json()).toMatchObject({ left_out: [] });
    assertDescribed("import-na-db", imported.stdout);
    const commit = commitImport(imported.dir);
    const valid = await run(["validate", imported.dir, "--json"]);
    expect(valid.json()).toMatchObject({ valid: true, warnings: 0 });
    const adopted = await run(adoptArgs(imported.dir, database.path));
    expect(adopted.stderr).toBe("");
    assertDescribed("adopt", adopted.stdout);
    expect(adopted.json()).toMatchObject({
      verdict: "no_changes",
      changes: 0,
      drift: 0,
      // One revocation was published under 1.
      feed_sequence: 2,
      adopted: { treaties: 7, attestations: 4, feeds: 2, imported_revocations: 2, audit_events: 2 },
    });
    const planned = await run(["plan", "--repo", imported.dir, "--json", "--detailed-exitcode"]);
    expect(planned.json()).toMatchObject({
      verdict: "no_changes",
      changes: [],
      drift: [],
      skipped: [],
      base: { commit },
    });
    expect(planned.code).toBe(0);
    for (const sql of SHARED)
      expect(rowsOf(state(imported.dir), sql)).toEqual(rowsOf(database.path, sql));
    const events =
      "SELECT event_json FROM audit_events WHERE event_id LIKE 'e-%' ORDER BY event_id";
    expect(rowsOf(state(imported.dir), events)).toEqual(rowsOf(database.path, events));
    expect(rowsOf(state(imported.dir), "SELECT * FROM nonces")).toEqual([]);
    if (schema >= 9) {
      const keys = "SELECT * FROM revoked_operator_keys";
      expect(rowsOf(state(imported.dir), keys)).toEqual(rowsOf(database.path, keys));
    }
  });
});

describe("after an adoption", () => {
  test("everything is served as it was, and signed as it was", async () => {
    const database = awkward(20).close();
    const dir = await adoptedRepository(database.path);
    const service = await Service.start(["--repo", dir, "--authority-key", authorityKeyFile()]);
    await service.settles(git(dir, ["rev-parse", "HEAD"]));
    expect((await service.get("/readyz")).json).toMatchObject({ status: "ready" });
    const rows = rowsOf(database.path, SHARED[0] ?? "");
    const { json } = await service.get("/recognition-treaties");
    expect(json).toMatchObject({ count: rows.length });
    for (const row of rows) {
      const served = await service.get(`/recognition-treaties/${String(row["treaty_id"])}`);
      expect(served.json).toMatchObject({
        treaty: JSON.parse(String(row["treaty_json"])) as unknown,
        status: row["status"],
        revoked_at: row["revoked_at"],
        revocation_reason: row["revocation_reason"],
      });
    }
    const connectome = (await service.get("/connectome.json")).json;
    expect(connectome).toMatchObject({
      summary: { recognition_edge_count: 7, active_edge_count: 3, imported_revocation_count: 2 },
    });
    expect((await service.get("/sovereign-revocation-feed")).json).toMatchObject({
      sequence: 2,
      revoked_attestation_ids: [uuidOf(14)],
      revocation_reasons: { [uuidOf(14)]: "unspecified" },
    });
    await service.stop();
  });

  test("an unchanged resource keeps its object, and a changed one has a successor of ours", async () => {
    const database = new NaDatabase().treaty(naTreaty(1)).treaty(naTreaty(2)).close();
    const dir = await adoptedRepository(database.path);
    const [file = ""] = git(dir, ["ls-files", "treaties"]).split("\n");
    const text = git(dir, ["show", `HEAD:${file}`]);
    commitFiles(dir, {
      [file]: text
        .replace("role:client", "role:operator")
        .replace(/^ *(from|until): .*$/gm, "")
        .replace("  validity:", "  validity: { for: 30d }"),
    });
    const key = authorityKeyFile();
    const applied = await run(["apply", "--auto-approve", "--authority-key", key, "--json"], {
      cwd: dir,
    });
    expect(applied.json()).toMatchObject({
      applied: true,
      plan: { changes: [{ action: "replace", kind: "RecognitionTreaty", replaces: uuidOf(1) }] },
    });
    const reader = openState(state(dir));
    const [first, second] = [reader.treaty(uuidOf(1)), reader.treaty(uuidOf(2))];
    reader.close();
    expect(first).toMatchObject({
      status: "revoked",
      reason: expect.stringMatching(/^replaced_by:/),
    });
    expect(second).toMatchObject({ status: "active" });
  });

  test("what was revoked or suspended is seen when it becomes active again", async () => {
    const database = awkward(20).close();
    const dir = await adoptedRepository(database.path);
    const plain = new Database(state(dir));
    plain.exec(`UPDATE recognition_treaties SET status = 'active' WHERE treaty_id IN
      ('${uuidOf(5)}', '${uuidOf(6)}', '${uuidOf(7)}')`);
    plain.close();
    const planned = await run(["plan", "--repo", dir, "--json"]);
    expect(planned.json()).toMatchObject({
      drift: [5, 6, 7].map((number) => ({
        class: "reactivated",
        id: uuidOf(number),
        disposition: "revoke",
      })),
      changes: [5, 6, 7].map((number) => ({ action: "revoke", id: uuidOf(number) })),
    });
  });

  test("what was suspended can be revoked for good", async () => {
    const database = awkward(20).close();
    const dir = await adoptedRepository(database.path);
    const revocation = [
      "apiVersion: concordat/v1",
      "kind: Revocation",
      "metadata: { name: hooli }",
      `spec: { target: { kind: RecognitionTreaty, id: "${uuidOf(7)}" }, reason: over }`,
      "",
    ].join("\n");
    commitFiles(dir, { "revocations/hooli.yaml": revocation });
    const key = authorityKeyFile();
    const applied = await run(["apply", "--auto-approve", "--authority-key", key, "--json"], {
      cwd: dir,
    });
    expect(applied.json()).toMatchObject({ applied: true });
    const reader = openState(state(dir));
    expect(reader.treaty(uuidOf(7))).toMatchObject({ status: "revoked", reason: "over" });
    reader.close();
    expect((await run(["plan", "--repo", dir, "--json"])).json()).toMatchObject({
      changes: [],
      drift: [],
    });
  });

  test("the log tells of it, after the history before", async () => {
    const database = awkward(20).close();
    const dir = await adoptedRepository(database.path);
    const reader = openState(state(dir));
    const events = [...reader.auditEvents({})];
    reader.close();
    expect(events.map(({ event_type: type }) => type)).toEqual([
      "of_their_own",
      "recognition_treaty_issued",
      "authority_adopted",
      "authority_configured",
      "operator_key_saved",
      "sovereign_saved",
      "sovereign_saved",
      "sovereign_saved",
      "sovereign_revocation_feed_published",
    ]);
    expect(events[2]?.details).toMatchObject({
      source: { type: "na_db", file: "na.db", schema_version: 20 },
      counts: { treaties: 7 },
      left_out: 0,
    });
  });
});

test("what no resource can say is taken over, and every plan reports it", async () => {
  const other = [keyOf("rotated").publicKey];
  const database = new NaDatabase()
    .treaty(naTreaty(1))
    .treaty(
      naTreaty(2, {
        subject_public_keys: other,
        issued_at: parseTimestamp("2026-05-01T00:00:00Z"),
      }),
    )
    .attestation(naAttestation(3, { claims: { größe: 1 } }))
    .close();
  const imported = await importDatabase(database.path);
  expect(imported.json()).toMatchObject({
    left_out: [],
    kept: [
      { id: uuidOf(2), reason: "keys_differ" },
      { id: uuidOf(3), reason: "not_expressible" },
    ],
  });
  commitImport(imported.dir);
  const ended = await run(adoptArgs(imported.dir, database.path));
  expect(ended.json()).toMatchObject({ verdict: "no_changes", changes: 0, drift: 2 });
  const planned = await run(["plan", "--repo", imported.dir, "--json"]);
  expect(planned.json()).toMatchObject({
    drift: [
      { class: "unmanaged", id: uuidOf(3), disposition: "report" },
      { class: "unmanaged", id: uuidOf(2), disposition: "report" },
    ],
  });
});

test("rows that do not hold stay where they are, and their revocations do not", async () => {
  const forged = naTreaty(2, {}, "somebody");
  const database = new NaDatabase()
    .treaty(naTreaty(1))
    .treaty(forged)
    .attestation(naAttestation(3, {}, "an older key"), { status: "revoked", reason: "key lost" })
    .close();
  const dir = await adoptedRepository(database.path);
  const reader = openState(state(dir));
  expect(reader.snapshot().treaties.map(({ id }) => id)).toEqual([uuidOf(1)]);
  expect(reader.snapshot().attestations).toEqual([]);
  // To call an attestation revoked only takes trust away, whoever signed it.
  expect(JSON.parse(reader.publishedFeed()?.json ?? "")).toMatchObject({
    sequence: 2,
    revocation_reasons: { [uuidOf(3)]: "key lost" },
  });
  reader.close();
});

test("the feed begins above what a partner has seen", async () => {
  const database = new NaDatabase(20)
    .treaty(naTreaty(1))
    .attestation(naAttestation(2), { status: "revoked" });
  database.run(
    "INSERT INTO capability_grants VALUES ('g', '2026-01-01T00:00:00+00:00'), ('h', NULL)",
  );
  database.close();
  const { dir } = await importDatabase(database.path);
  commitImport(dir);
  const args = adoptArgs(dir, database.path);
  expect((await run([...args, "--feed-above", "41"])).json()).toMatchObject({ feed_sequence: 42 });
  const elsewhere = ["--db", join(dir, ".concordat/other.db")];
  // One attestation and one grant were revoked.
  expect((await run([...args, ...elsewhere])).json()).toMatchObject({ feed_sequence: 3 });
});
