import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { documentJson } from "../../src/protocol/documents.js";
import { commitImport, genesisFile, importDatabase } from "../helpers/adoption.js";
import { run } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { NaDatabase } from "../helpers/na-database.js";
import { naAttestation, naTreaty, uuidOf } from "../helpers/na-documents.js";
import { contentsOf, feed } from "../helpers/state.js";

const anywhere = (): string => join(temporaryFolder(), "trust");

function textOf(dir: string, file: string): string {
  return readFileSync(join(dir, file), "utf8");
}

describe("the database is left as it is", () => {
  test("while its program has it open, with what stands only in its -wal", async () => {
    const database = new NaDatabase().treaty(naTreaty(1));
    const folder = dirname(database.path);
    const before = contentsOf(folder);
    expect([...before.keys()]).toEqual(["na.db", "na.db-shm", "na.db-wal"]);
    const { stdout, dir } = await importDatabase(database.path);
    expect(JSON.parse(stdout)).toMatchObject({ resources: { sovereigns: 1, treaties: 1 } });
    expect(contentsOf(folder)).toEqual(before);
    expect(existsSync(join(dir, "treaties/globex-00000001.yaml"))).toBe(true);
    database.close();
  });

  test("after its program has died, with a -wal and no -shm", async () => {
    const database = new NaDatabase().treaty(naTreaty(1));
    const folder = temporaryFolder();
    for (const suffix of ["", "-wal"])
      cpSync(database.path + suffix, join(folder, `na.db${suffix}`));
    database.close();
    const before = contentsOf(folder);
    const { stdout } = await importDatabase(join(folder, "na.db"));
    expect(JSON.parse(stdout)).toMatchObject({ resources: { treaties: 1 } });
    expect(contentsOf(folder)).toEqual(before);
  });

  test("at rest in WAL mode, in a folder that nobody may write", async () => {
    const { path } = new NaDatabase().treaty(naTreaty(1)).close();
    const before = contentsOf(dirname(path));
    expect([...before.keys()]).toEqual(["na.db"]);
    const { stdout } = await importDatabase(path);
    expect(JSON.parse(stdout)).toMatchObject({ resources: { treaties: 1 } });
    expect(contentsOf(dirname(path))).toEqual(before);
  });
});

test("the same rows make the same files, and names that are labels", async () => {
  const make = (): NaDatabase =>
    new NaDatabase(9)
      .treaty(naTreaty(1, { subject_sovereign_id: "Globex.Corp" }))
      .treaty(naTreaty(2, { subject_sovereign_id: "GLOBEX-CORP" }))
      .treaty(naTreaty(3, { subject_sovereign_id: "x".repeat(100) }))
      .treaty(naTreaty(4, { treaty_id: "no uuid/at:all" }))
      .attestation(naAttestation(5, { subject_id: "!!!" }))
      .close();
  const [first, second] = [await importDatabase(make().path), await importDatabase(make().path)];
  expect(first.json()).toMatchObject({
    resources: { sovereigns: 4, treaties: 4, attestations: 1 },
    kept: [],
  });
  const { files } = JSON.parse(first.stdout) as { readonly files: readonly string[] };
  for (const file of files.filter((path) => path.endsWith(".yaml")))
    expect(file).toMatch(/^([a-z]+\/)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.yaml$/);
  expect(JSON.parse(second.stdout)).toMatchObject({ files });
  for (const file of files) expect(textOf(second.dir, file)).toBe(textOf(first.dir, file));
});

test("a resource says what the document says, to the microsecond, in our own style", async () => {
  const { path } = new NaDatabase().treaty(naTreaty(1)).close();
  const { dir } = await importDatabase(path);
  expect(textOf(dir, "treaties/globex-00000001.yaml")).toBe(
    [
      "# yaml-language-server: $schema=../.schemas/recognition-treaty.schema.json",
      'apiVersion: "concordat/v1"',
      'kind: "RecognitionTreaty"',
      "metadata:",
      '  name: "globex-00000001"',
      "spec:",
      '  subject: "globex"',
      "  scope:",
      "    allowedRoles:",
      '      - "role:client"',
      "    acceptedStatuses:",
      '      - "active"',
      "  validity:",
      '    from: "2026-06-01T12:00:00.123456Z"',
      '    until: "2046-06-01T12:00:00.654321Z"',
      "",
    ].join("\n"),
  );
  const schema = new URL("../../schemas/inventory.schema.json", import.meta.url);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(schema, "utf8")) as AnySchemaObject);
  expect([validate(JSON.parse(textOf(dir, "inventory.json"))), validate.errors]).toEqual([
    true,
    null,
  ]);
  expect(JSON.parse(textOf(dir, "inventory.json"))).toMatchObject({
    sovereign_id: "ACME",
    entries: [
      { kind: "Sovereign", name: "globex", object_id: "GLOBEX" },
      {
        kind: "RecognitionTreaty",
        name: "globex-00000001",
        object_id: uuidOf(1),
        renewal: 0,
        document_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    ],
  });
});

test("each row that does not hold is listed with its reason, and left out", async () => {
  const good = naTreaty(1);
  const database = new NaDatabase(20)
    .treaty(good)
    .treaty(naTreaty(2, {}, "somebody"))
    .treaty(naTreaty(3), { json: documentJson(naTreaty(3)).replace("role:client", "role:anchor") })
    .treaty(naTreaty(4, { issuer_sovereign_id: "GLOBEX" }))
    .treaty({ ...naTreaty(5), signatures: [] })
    .treaty(naTreaty(6), { json: "{}" })
    .treaty(naTreaty(7), { json: documentJson(naTreaty(8)) })
    .treaty(naTreaty(9), { supersededBy: uuidOf(1) })
    .treaty(naTreaty(10, { status: "suspended" }))
    .treaty(naTreaty(11), { status: "paused" })
    .attestation(naAttestation(20, {}, "somebody"))
    .feed(feed("GLOBEX", 1, ["a"]))
    .feed(feed("NOBODY", 1, ["b"]))
    .event("broken", "x", "2026-01-01T00:00:00+00:00", "[]");
  database.run(
    "UPDATE recognition_treaties SET expires_at = '2056-01-01T00:00:00+00:00' WHERE treaty_id = ?",
    uuidOf(1),
  );
  database.treaty(naTreaty(12));
  database.run(
    "INSERT INTO imported_sovereign_revocations VALUES ('GLOBEX', 'c', 'f', 9, NULL, 'x')",
  );
  const { path } = database.close();
  const { dir, stdout } = await importDatabase(path);
  const expected = [
    ["audit_event", "broken", "invalid_event"],
    ["imported_revocation", "b", "not_listed"],
    ["imported_revocation", "c", "not_listed"],
    ["membership_attestation", uuidOf(20), "invalid_signature"],
    ["recognition_treaty", uuidOf(1), "row_mismatch"],
    ["recognition_treaty", uuidOf(2), "invalid_signature"],
    ["recognition_treaty", uuidOf(3), "invalid_signature"],
    ["recognition_treaty", uuidOf(4), "wrong_issuer"],
    ["recognition_treaty", uuidOf(5), "missing_signature"],
    ["recognition_treaty", uuidOf(6), "invalid_document"],
    ["recognition_treaty", uuidOf(7), "row_mismatch"],
    ["recognition_treaty", uuidOf(9), "superseded"],
    ["recognition_treaty", uuidOf(10), "bad_status"],
    ["recognition_treaty", uuidOf(11), "unreadable_row"],
    ["sovereign_revocation_feed", "feed-NOBODY-1", "missing_issuer_public_keys"],
  ];
  const listed = (text: string): readonly (readonly string[])[] => {
    type Listed = { readonly type: string; readonly id: string; readonly reason: string };
    const { left_out: leftOut } = JSON.parse(text) as { readonly left_out: readonly Listed[] };
    return leftOut
      .map(({ type, id, reason }) => [type, id, reason])
      .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
  };
  expect(listed(stdout)).toEqual(expected);
  expect(listed(textOf(dir, "import-report.json"))).toEqual(expected);
  expect(JSON.parse(stdout)).toMatchObject({ resources: { treaties: 1, feeds: 1 } });
});

test("two rows under one id, in a database without its keys, count once", async () => {
  const database = new NaDatabase(6).treaty(naTreaty(1));
  database.run("CREATE TABLE copy AS SELECT * FROM recognition_treaties");
  database.run("DROP TABLE recognition_treaties");
  database.run("ALTER TABLE copy RENAME TO recognition_treaties");
  const { path } = database.treaty(naTreaty(1)).close();
  const { stdout } = await importDatabase(path);
  expect(JSON.parse(stdout)).toMatchObject({
    resources: { treaties: 1 },
    left_out: [{ id: uuidOf(1), reason: "duplicate_id" }],
  });
});

test("many resources share files, which a repository may still hold", async () => {
  const database = new NaDatabase(6);
  for (let number = 1; number <= 501; number += 1) database.attestation(naAttestation(number));
  const { dir, json } = await importDatabase(database.close().path);
  expect(json()).toMatchObject({ resources: { attestations: 501 }, warnings: [] });
  commitImport(dir);
  const valid = await run(["validate", dir, "--json"]);
  expect(valid.json()).toMatchObject({ valid: true, resources: 503, warnings: 0 });
  expect(existsSync(join(dir, "attestations/imported-0006.yaml"))).toBe(true);
});

test("the text fits a terminal, whatever ids hold", async () => {
  const database = new NaDatabase()
    .treaty(naTreaty(1))
    .treaty(naTreaty(2, { treaty_id: `\u001b[31m${"x".repeat(200)}` }, "somebody"));
  for (let number = 3; number < 30; number += 1) database.treaty(naTreaty(number, {}, "somebody"));
  const { path } = database.close();
  const ended = await run([
    "import",
    "na-db",
    path,
    "--out",
    anywhere(),
    "--genesis",
    genesisFile(),
  ]);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("\\u001b[31m");
  expect(ended.stdout).toContain("left out: 28 rows, not taken over");
  expect(ended.stdout).toContain("and 8 more, in import-report.json");
  for (const line of ended.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
