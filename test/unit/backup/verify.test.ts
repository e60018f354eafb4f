/** A backup that is not what its authority made is refused, whoever altered it and however (trust.md 7, row 67). */
import {
  copyFileSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MANIFEST_SUFFIX } from "../../../src/backup/manifest.js";
import { verifyBackup } from "../../../src/backup/verify.js";
import { parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import type { Instant } from "../../../src/model/time.js";
import { vkeyOf } from "../../../src/protocol/log/vkey.js";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../../src/state/migrations/index.js";
import { BackedUp, OUR_KEY, refusalOf } from "../../helpers/backup.js";
import { desired, OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { commit, expectError, treaty, withPlainDatabase } from "../../helpers/state.js";

let world: BackedUp;
beforeEach(() => {
  world = new BackedUp();
  world.back();
});
afterEach(() => {
  world.close();
});

const verifying = (): unknown => world.verify();

describe("a file that was altered", () => {
  test.each(["trigger", "view", "index", "table"])("is refused with one more %s", (kind) => {
    const sql = {
      trigger: `CREATE TRIGGER t AFTER INSERT ON recognition_treaties BEGIN
        INSERT INTO revoked_operator_keys VALUES ('operator-root', '', '', ''); END`,
      view: "CREATE VIEW v AS SELECT 1",
      index: "CREATE INDEX i ON recognition_treaties (status)",
      table: "CREATE TABLE t (x)",
    }[kind];
    withPlainDatabase(world.file, (database) => database.exec(sql ?? ""));
    expect(refusalOf(verifying)).toEqual({ reason: "digest" });
    // Whoever has the key could sign it, and it is refused all the same.
    world.signAnew();
    expect(refusalOf(verifying)).toEqual({ reason: "state_corrupt" });
  });

  test.each<readonly [string, string, string]>([
    ["another application's id", `PRAGMA application_id = ${APPLICATION_ID + 1}`, "state_foreign"],
    ["a newer schema", `PRAGMA user_version = ${SCHEMA_VERSION + 1}`, "state_newer"],
    [
      "a newer schema of the shared tables",
      "INSERT INTO schema_version VALUES (99, '')",
      "state_newer",
    ],
    ["pages of 512 bytes", "PRAGMA page_size = 512; VACUUM", "state_corrupt"],
    ["WAL mode", "PRAGMA journal_mode = WAL", "state_foreign"],
  ])("is refused with %s", (_name, sql, reason) => {
    world.forge(sql);
    expect(refusalOf(verifying)).toEqual({ reason });
  });

  test.each([
    ["no bytes", 0],
    ["a page less", -4096],
    ["half a page", 2048],
  ])("is refused with %s", (_name, size) => {
    const { length } = readFileSync(world.file);
    truncateSync(world.file, size < 0 ? length + size : size);
    expect(refusalOf(verifying)).toEqual({ reason: "digest" });
    world.signAnew();
    expect(refusalOf(verifying)).toEqual({
      reason: expect.stringMatching(/^state_(corrupt|foreign)$/),
    });
  });

  test("is refused for every single bit of it", () => {
    const bytes = readFileSync(world.file);
    for (let place = 0; place < bytes.length; place += 997) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8((flipped[place] ?? 0) ^ (1 << (place % 8)), place);
      writeFileSync(world.file, flipped);
      expect(refusalOf(verifying)).toEqual({ reason: "digest" });
    }
  });

  test("is refused with a journal beside it", () => {
    writeFileSync(`${world.file}-wal`, "");
    expect(refusalOf(verifying)).toEqual({ reason: "state_unreadable" });
  });

  test("is not read through a link", () => {
    const link = join(world.folder, "link.db");
    symlinkSync(world.file, link);
    copyFileSync(world.file + MANIFEST_SUFFIX, link + MANIFEST_SUFFIX);
    expectError("unreadable_file", () => world.verify(link));
  });
});

describe("trust that nobody signed", () => {
  test.each([
    [
      "a treaty's columns",
      "UPDATE recognition_treaties SET expires_at = '2036-01-01T00:00:00+00:00'",
    ],
    [
      "a treaty's text",
      "UPDATE recognition_treaties SET treaty_json = replace(treaty_json, 'role:client', 'role:anchor')",
    ],
    [
      "an attestation's text",
      "UPDATE membership_attestations SET attestation_json = replace(attestation_json, 'sam', 'eve')",
    ],
    ["an attestation's roles", `UPDATE membership_attestations SET roles_json = '["role:anchor"]'`],
    ["a feed's sequence", "UPDATE sovereign_revocation_feeds SET sequence = sequence - 1"],
    [
      "our own feed",
      "UPDATE concordat_published_feeds SET feed_json = replace(feed_json, 'ACME', 'ACMF')",
    ],
    [
      "the genesis",
      "UPDATE concordat_authority SET genesis_json = replace(genesis_json, 'ACME', 'ACMF')",
    ],
  ])("is refused: %s", (_name, sql) => {
    world.forge(sql);
    expect(refusalOf(verifying)).toEqual({ reason: "state_corrupt" });
  });

  test("does not matter in what has ended", () => {
    world.forge("UPDATE recognition_treaties SET status = 'revoked', treaty_json = '{}'");
    expect(world.verify().signatures).toEqual({ verified: 4, unjudged: 2 });
  });
});

describe("an earlier key", () => {
  const later = (days: number): Instant => plusSeconds(world.now, days * 86_400);

  test("of ours may not hold what is in force, and may have held what has ended", () => {
    const document = treaty("old", { issuer_sovereign_id: OWN }, "our earlier key");
    commit(world.writer, { do: "issue_treaty", treaty: document });
    expectError("state_corrupt", () => world.back({ force: true }));
    // It ends on 1 December, as all others do by then.
    const made = world.back({ force: true, now: later(30) });
    expect(made.signatures).toEqual({ verified: 6, unjudged: 1 });
    expect(world.verify()).toEqual(made);
  });

  test("of another sovereign still tells its feeds while a treaty names it", () => {
    const renewed = JSON.stringify([keyOf("their next key").publicKey]);
    world.forge(`UPDATE concordat_sovereigns SET public_keys_json = '${renewed}'`);
    expect(world.verify().signatures).toEqual({ verified: 6, unjudged: 0 });
    world.forge("DELETE FROM recognition_treaties");
    expect(world.verify().signatures).toEqual({ verified: 3, unjudged: 1 });
  });
});

describe("a log that was altered", () => {
  const LEAVES =
    "DROP TRIGGER concordat_log_leaves_delete; DROP TRIGGER concordat_log_leaves_update;";

  test("is refused, its triggers put back or not", () => {
    const triggers = withPlainDatabase(world.file, (database) =>
      database
        .prepare("SELECT sql FROM sqlite_schema WHERE name LIKE 'concordat_log_leaves_%'")
        .pluck()
        .all(),
    );
    world.forge(
      `${LEAVES} UPDATE concordat_log_leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), 'e', 'f') AS BLOB) WHERE seq = 0; ${triggers.join(";")}`,
    );
    expect(refusalOf(verifying)).toEqual({ reason: "log_broken" });
  });

  test("is refused when it is shorter than its manifest says", () => {
    world.forge("UPDATE concordat_log_head SET size = size - 1");
    expect(refusalOf(verifying)).toEqual({ reason: "log_broken" });
  });
});

describe("a manifest", () => {
  test("must be there", () => {
    rmSync(world.file + MANIFEST_SUFFIX);
    expect(refusalOf(verifying)).toEqual({ reason: "manifest_missing" });
  });

  test("is refused for every single bit of it", () => {
    const bytes = world.manifestBytes();
    for (let place = 0; place < bytes.length; place += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8((flipped[place] ?? 0) ^ (1 << (place % 8)), place);
      world.writeManifest(flipped);
      expect(refusalOf(verifying)).toMatchObject({
        reason: expect.stringMatching(/^(bad_manifest|signature|wrong_key)$/),
      });
    }
  });

  test("is refused when it is of another file", () => {
    world.apply(desired());
    const other = join(world.folder, "two.db");
    world.back({ output: other });
    copyFileSync(other + MANIFEST_SUFFIX, world.file + MANIFEST_SUFFIX);
    expect(refusalOf(verifying)).toEqual({ reason: "digest" });
  });

  test("is refused when another key signed it, also for another authority of that key", () => {
    const thief = keyOf("somebody else");
    world.signAnew({ vkey: vkeyOf(`${OWN}/audit`, thief.publicKey) }, thief);
    expect(refusalOf(verifying)).toEqual({ reason: "wrong_key", key: thief.publicKey });
    // Nobody's key is expected: the file itself knows whose it is.
    expect(refusalOf(() => verifyBackup(world.file, { keys: null, sovereignId: null }))).toEqual({
      reason: "claims",
    });
    const keys = [OUR_KEY.publicKey];
    world.signAnew({ sovereign_id: "GLOBEX", vkey: vkeyOf(`${OWN}/audit`, OUR_KEY.publicKey) });
    expect(refusalOf(() => verifyBackup(world.file, { keys, sovereignId: "GLOBEX" }))).toEqual({
      reason: "claims",
    });
  });

  test("is refused when it names our key and another has signed it", () => {
    world.signAnew({}, keyOf("somebody else"));
    expect(refusalOf(verifying)).toMatchObject({ reason: "signature" });
  });

  test("is refused when the authority is another than expected", () => {
    const keys = [OUR_KEY.publicKey];
    expect(refusalOf(() => verifyBackup(world.file, { keys, sovereignId: "GLOBEX" }))).toEqual({
      reason: "wrong_authority",
    });
  });

  test.each([
    ["epoch", { epoch: 99 }],
    ["generation", { generation: 99 }],
    ["schema", { schema: 1 }],
    ["authority", { authority: "another" }],
  ])("is refused when it claims another %s than the file has", (_name, claim) => {
    world.signAnew(claim);
    expect(refusalOf(verifying)).toEqual({ reason: "claims" });
  });

  test("is refused with a checkpoint of another log or size", () => {
    const { log } = world.verify().manifest;
    world.signAnew({ log: { ...log, size: log.size + 1 } });
    expect(refusalOf(verifying)).toEqual({ reason: "claims" });
    world.signAnew({ log: { ...log, checkpoint: "none\n" } });
    expect(refusalOf(verifying)).toEqual({ reason: "claims" });
  });

  test("is read as it is written and in no other way", () => {
    const text = world.manifestBytes().toString();
    for (const other of [
      text.trim(),
      ` ${text}`,
      text.replace("{", '{"a":1,'),
      `${text}\n`,
      "",
      "[]",
    ]) {
      world.writeManifest(other);
      expect(refusalOf(verifying)).toEqual({ reason: "bad_manifest" });
    }
    world.writeManifest(text);
    world.signAnew({ created_at: parseTimestamp("2026-11-23T01:00:00Z") });
    expect(world.verify().manifest.created_at).toBe("2026-11-23T01:00:00Z");
  });
});
