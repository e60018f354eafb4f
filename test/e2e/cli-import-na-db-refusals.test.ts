import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { documentJson } from "../../src/protocol/documents.js";
import { commitImport, genesisFile, importDatabase } from "../helpers/adoption.js";
import { run, trustRepository } from "../helpers/cli.js";
import { genesis } from "../helpers/desired.js";
import { temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { NaDatabase, type NaSchema } from "../helpers/na-database.js";
import { naTreaty } from "../helpers/na-documents.js";
import { closedState } from "../helpers/state.js";

const anywhere = (): string => join(temporaryFolder(), "trust");

function textOf(dir: string, file: string): string {
  return readFileSync(join(dir, file), "utf8");
}

describe("whom to believe", () => {
  const oneTreaty = (schema: NaSchema = 20): NaDatabase =>
    new NaDatabase(schema).treaty(naTreaty(1));
  const imported = async (path: string, ...flags: readonly string[]) =>
    await run(["import", "na-db", path, "--out", anywhere(), "--json", ...flags]);

  test("a key alone: the rows that it signed say whose they are", async () => {
    const { path } = oneTreaty().close();
    const ended = await imported(path, "--public-key", keyOf("authority").publicKey);
    expect(ended.json()).toMatchObject({ sovereign_id: "ACME", resources: { treaties: 1 } });
  });

  test("the newest key of the database's own history, when nobody says more", async () => {
    const database = oneTreaty();
    for (const [sequence, label] of ["older", "authority"].entries())
      database.run(
        "INSERT INTO na_key_history VALUES (?, NULL, ?, '')",
        sequence,
        keyOf(label).publicKey,
      );
    const ended = await imported(database.close().path);
    expect(ended.json()).toMatchObject({ public_key: keyOf("authority").publicKey });
  });

  test("nothing at all is refused", async () => {
    const ended = await imported(oneTreaty(9).close().path);
    expect(ended.json()).toMatchObject({ error: { code: "usage" } });
    expect(ended.code).toBe(64);
  });

  test("another key is refused, and nothing is written", async () => {
    const out = anywhere();
    const { path } = oneTreaty().close();
    const key = keyOf("somebody").publicKey;
    const args = [
      "import",
      "na-db",
      path,
      "--out",
      out,
      "--public-key",
      key,
      "--sovereign-id",
      "ACME",
    ];
    const ended = await run([...args, "--json"]);
    expect(ended.json()).toMatchObject({ error: { code: "verification_refused" } });
    expect(ended.code).toBe(6);
    expect(existsSync(out)).toBe(false);
  });

  test("a genesis that its root key did not sign is refused", async () => {
    const file = join(temporaryFolder(), "genesis.json");
    writeFileSync(file, documentJson(genesis()).replace("ACME", "ACMA"));
    const ended = await imported(oneTreaty().close().path, "--genesis", file);
    expect(ended.json()).toMatchObject({ error: { code: "verification_refused" } });
  });

  test("a genesis and a key that it does not name are refused", async () => {
    const key = keyOf("somebody").publicKey;
    const { path } = oneTreaty().close();
    const ended = await imported(path, "--genesis", genesisFile(), "--public-key", key);
    expect(ended.json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
  });

  test("a repository of another authority is left as it is", async () => {
    const dir = await trustRepository();
    const { path } = oneTreaty().close();
    const args = ["import", "na-db", path, "--out", dir, "--genesis", genesisFile(), "--json"];
    expect((await run(args)).json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
  });

  test("a repository of this authority says it all, and keeps its own resources", async () => {
    const { path } = oneTreaty().close();
    const { dir } = await importDatabase(
      new NaDatabase().treaty(naTreaty(2, { subject_sovereign_id: "HOOLI" })).close().path,
    );
    commitImport(dir);
    for (const file of ["inventory.json", "import-report.json"])
      writeFileSync(join(dir, file), "{}");
    const again = await run(["import", "na-db", path, "--out", dir, "--json"]);
    expect(again.json()).toMatchObject({ error: { code: "file_exists" } });
    expect(textOf(dir, "inventory.json")).toBe("{}");
  });

  test("a folder with other things in it is refused", async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, "docs"));
    writeFileSync(join(dir, "docs/a.md"), "a");
    const { path } = oneTreaty().close();
    const ended = await importDatabase(path, dir);
    expect(ended.json()).toMatchObject({ error: { code: "not_empty" } });
  });
});

describe("what is no such database exits 1", () => {
  const cases: readonly (readonly [string, string, () => string])[] = [
    [
      "a text",
      "state_foreign",
      () => written("this is not a database, but long enough for a header"),
    ],
    ["an empty file", "state_foreign", () => written("")],
    ["nothing", "unreadable_file", () => join(temporaryFolder(), "none.db")],
    ["a folder", "unreadable_file", () => temporaryFolder()],
    ["another program's database", "state_foreign", foreign],
    ["a state of ours", "state_foreign", closedState],
    ["a newer schema", "state_newer", () => new NaDatabase(21).treaty(naTreaty(1)).close().path],
    ["a schema before attestations", "state_foreign", () => older()],
  ];

  test.each(cases)("%s: %s", async (_what, code, make) => {
    const { json, code: exit, dir } = await importDatabase(make());
    expect(json()).toMatchObject({ error: { code } });
    expect(exit).toBe(1);
    expect(existsSync(dir)).toBe(false);
  });

  function written(text: string): string {
    const path = join(temporaryFolder(), "na.db");
    writeFileSync(path, text);
    return path;
  }

  function foreign(): string {
    const path = join(temporaryFolder(), "na.db");
    new Database(path)
      .exec("CREATE TABLE schema_version (version INTEGER); CREATE TABLE a (b)")
      .close();
    return path;
  }

  function older(): string {
    const database = new NaDatabase(6);
    database.run("DROP TABLE sovereign_revocation_feeds");
    database.run("DELETE FROM schema_version WHERE version > 5");
    return database.close().path;
  }
});

test("damaged pages are not believed", async () => {
  const { path } = new NaDatabase().treaty(naTreaty(1)).close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096 * 2, 4096 * 4);
  writeFileSync(path, bytes);
  const { json, code } = await importDatabase(path);
  expect(json()).toMatchObject({ error: { code: "state_corrupt" } });
  expect(code).toBe(6);
});
