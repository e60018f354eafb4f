import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { openState, openStateForWriting } from "../../src/state/open.js";
import { adoptArgs, authorityKeyFile, commitImport, importDatabase } from "../helpers/adoption.js";
import { run } from "../helpers/cli.js";
import { commitFiles, git } from "../helpers/git.js";
import { NaDatabase } from "../helpers/na-database.js";
import { naTreaty, uuidOf } from "../helpers/na-documents.js";

const state = (dir: string): string => join(dir, ".concordat/na.db");

describe("nothing is adopted", () => {
  async function committed(): Promise<{ readonly dir: string; readonly file: string }> {
    const database = new NaDatabase().treaty(naTreaty(1)).treaty(naTreaty(2)).close();
    const { dir } = await importDatabase(database.path);
    commitImport(dir);
    return { dir, file: database.path };
  }

  async function expectRefused(args: readonly string[], code: string, exit: number): Promise<void> {
    const ended = await run(args);
    expect(ended.json()).toMatchObject({ error: { code } });
    expect(ended.code).toBe(exit);
  }

  test("into a state that holds something", async () => {
    const { dir, file } = await committed();
    await run(adoptArgs(dir, file));
    await expectRefused(adoptArgs(dir, file), "state_not_empty", 3);
    const reader = openState(state(dir));
    expect(reader.generation()).toBe(1);
    reader.close();
  });

  test("when the state is made and empty, it is", async () => {
    const { dir, file } = await committed();
    openStateForWriting(state(dir), "the test").close();
    expect((await run(adoptArgs(dir, file))).code).toBe(0);
  });

  test("when the rows are not those that were reviewed", async () => {
    const { dir, file } = await committed();
    const database = new Database(file);
    database.exec("UPDATE recognition_treaties SET status = 'revoked'");
    database.close();
    await expectRefused(adoptArgs(dir, file), "adoption_refused", 6);
  });

  test("when only the audit log has grown, it is", async () => {
    const { dir, file } = await committed();
    const database = new Database(file);
    const json =
      '{"event_id":"e","event_type":"t","details":{},"created_at":"2026-01-01T00:00:00+00:00"}';
    database
      .prepare("INSERT INTO audit_events VALUES ('e', ?, '2026-01-01T00:00:00+00:00')")
      .run(json);
    database.close();
    expect((await run(adoptArgs(dir, file))).json()).toMatchObject({
      adopted: { audit_events: 1 },
    });
  });

  test("by another key than the authority's", async () => {
    const { dir, file } = await committed();
    const args = adoptArgs(dir, file).with(5, authorityKeyFile("somebody"));
    await expectRefused(args, "authority_key_mismatch", 6);
  });

  test("from what is not committed", async () => {
    const { dir, file } = await committed();
    git(dir, ["rm", "--quiet", "--cached", "inventory.json"]);
    git(dir, ["commit", "--quiet", "--message", "without"]);
    await expectRefused(adoptArgs(dir, file), "adoption_refused", 6);
  });

  test("of another sovereign", async () => {
    const { dir, file } = await committed();
    const text = git(dir, ["show", "HEAD:inventory.json"]);
    commitFiles(dir, { "inventory.json": text.replace('"ACME"', '"GLOBEX"') });
    await expectRefused(adoptArgs(dir, file), "adoption_refused", 6);
  });

  test("without a database, when no export is committed", async () => {
    const { dir, file } = await committed();
    await expectRefused(
      adoptArgs(dir, file).filter((arg) => arg !== file),
      "usage",
      64,
    );
  });

  test.each(["{}", "not json"])("under an inventory that is none: %s", async (text) => {
    const { dir, file } = await committed();
    commitFiles(dir, { "inventory.json": text });
    expect((await run(adoptArgs(dir, file))).code).toBe(1);
  });
});

test("an inventory that names the wrong object deceives nobody: the next plan shows what it would change", async () => {
  const operator = {
    allowed_roles: ["role:operator"],
    accepted_statuses: ["active"],
    claims: {},
  } as const;
  const database = new NaDatabase()
    .treaty(naTreaty(1))
    .treaty(naTreaty(2, { scope: operator }))
    .close();
  const { dir } = await importDatabase(database.path);
  commitImport(dir);
  const text = git(dir, ["show", "HEAD:inventory.json"]);
  const swapped = text
    .replace(uuidOf(1), "x")
    .replace(uuidOf(2), uuidOf(1))
    .replace('"x"', `"${uuidOf(2)}"`);
  commitFiles(dir, { "inventory.json": swapped });
  const ended = await run(adoptArgs(dir, database.path));
  expect(ended.json()).toMatchObject({ changes: 2 });
});
