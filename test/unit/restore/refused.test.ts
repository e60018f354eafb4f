/** What a restore refuses, and what it does where the state or its log cannot be read any more. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { formatManifest, MANIFEST_SUFFIX, signManifest } from "../../../src/backup/manifest.js";
import { parseCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import { readManifest } from "../../../src/backup/verify.js";
import { readEscrow } from "../../../src/state/log/escrow.js";
import { desired, treaty } from "../../helpers/desired.js";
import { TRUST } from "../../helpers/backup.js";
import { keyOf } from "../../helpers/keys.js";
import { expectRefused, OPERATOR, Restorable } from "../../helpers/restored.js";
import { withPlainDatabase } from "../../helpers/state.js";

let state: Restorable;
beforeEach(() => {
  state = new Restorable();
  state.sign();
  const { world } = state;
  world.back();
  world.pass(60);
});

/** Something is done after the backup, and put in escrow. */
function goOn(): void {
  const writer = state.open();
  writer.note(
    [],
    [
      {
        event_id: "later",
        event_type: "plan_applied",
        details: {},
        created_at: "2026-11-23T00:00:30+00:00",
      },
    ],
  );
  writer.close();
}

const lost = { acceptLostLog: true, reason: "INC-9: the disk is gone" } as const;

test("a running authority", async () => {
  const writer = state.open();
  const before = readdirSync(state.world.dir);
  await expectRefused(state, "lock_held");
  expect(readdirSync(state.world.dir)).toEqual(before);
  writer.close();
  await state.restore();
});

test("a state behind a symbolic link", async () => {
  const link = join(state.world.dir, "link.db");
  symlinkSync(state.world.db, link);
  await expectRefused(state, "restore_refused", { db: link });
});

describe("a backup", () => {
  test("of another sovereign, or of another state of the same one", async () => {
    const other = new Restorable();
    other.world.apply(desired({ ...TRUST, treaties: [treaty("other", "globex")] }));
    other.sign();
    other.world.back();
    await expectRefused(state, "backup_foreign", { backup: other.world.file });
    const manifest = readManifest(state.world.file);
    const { signature: _, ...body } = { ...manifest, sovereign_id: "OTHER" };
    const key = state.tools.key;
    state.world.writeManifest(formatManifest(signManifest(body, key)));
    await expectRefused(state, "backup_foreign");
  });

  test("that is signed by a key that is not the authority's", async () => {
    state.world.signAnew({}, keyOf("mallory"));
    await expectRefused(state, "bad_backup");
  });

  test("that was altered", async () => {
    const bytes = readFileSync(state.world.file);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(state.world.file, bytes);
    await expectRefused(state, "bad_backup");
  });

  test("with a trigger of somebody else, by the name that it has", async () => {
    state.world.forge(
      "CREATE TRIGGER evil AFTER INSERT ON recognition_treaties BEGIN DELETE FROM revoked_operator_keys; END",
    );
    const { message } = await expectRefused(state, "bad_backup");
    expect(message).toContain(`the schema of ${basename(state.world.file)} is not`);
  });

  test("that is missing, or has lost its manifest", async () => {
    rmSync(state.world.file + MANIFEST_SUFFIX);
    await expectRefused(state, "unreadable_file");
    await expectRefused(state, "unreadable_file", { backup: join(state.world.folder, "none.db") });
  });
});

test("a refusal leaves everything as it was", async () => {
  const { dir, db, folder } = state.world;
  const now = (): unknown => [readdirSync(dir), readdirSync(folder), readFileSync(db, "hex")];
  const before = now();
  state.world.signAnew({}, keyOf("mallory"));
  await expectRefused(state, "bad_backup");
  expect(now()).toEqual(before);
});

test("another's file under the name of the pre-restore backup is not overwritten", async () => {
  writeFileSync(state.request.preRestoreBackup, "mine");
  await expectRefused(state, "file_exists");
  expect(readFileSync(state.request.preRestoreBackup, "utf8")).toBe("mine");
});

describe("journals of another state beside the file", () => {
  test("go into the quarantine with it", async () => {
    for (const part of ["-wal", "-shm"]) writeFileSync(state.world.db + part, "of other data");
    rmSync(state.world.db);
    const { quarantine, plan } = await state.restore();
    const name = basename(state.world.db);
    expect(readdirSync(quarantine ?? "")).toEqual([`${name}-shm`, `${name}-wal`]);
    expect(plan?.live.found).toBe("missing");
    expect(state.snapshot().treaties).toHaveLength(2);
  });
});

describe("a damaged state", () => {
  const damage = (): void => {
    const bytes = readFileSync(state.world.db);
    bytes.fill(0xff, 4096 * 3, 4096 * 6);
    writeFileSync(state.world.db, bytes);
  };

  test("whose backup goes as far as the escrow is restored without loss", async () => {
    damage();
    const result = await state.restore();
    expect(result.plan?.live).toMatchObject({ found: "damaged" });
    expect(result).toMatchObject({ preRestoreBackup: null });
    expect(readdirSync(result.quarantine ?? "")).toEqual([basename(state.world.db)]);
    expect(result.plan?.log).toMatchObject({ from: "backup", lost: null });
    expect(state.snapshot().treaties.map(({ status }) => status)).toEqual(["active", "active"]);
  });

  test("whose escrow knows of more is refused, until the loss is accepted", async () => {
    goOn();
    damage();
    const error = await expectRefused(state, "restore_refused");
    expect(error.details).toEqual({ reason: "log_lost" });
    await expectRefused(state, "usage", { acceptLostLog: true });
    await expectRefused(state, "operator_key_refused", lost);
    const known = readEscrow(state.request.escrow);
    const result = await state.restore(lost, { operatorKey: OPERATOR });
    expect(parseCheckpoint(result.checkpoint).origin).toBe("ACME/audit/2");
    const [entry] = state.read((reader) => [...reader.log().entries(0, 1)]);
    expect(JSON.parse(entry?.eventJson ?? "")).toMatchObject({
      event_type: "audit_log_restarted",
      details: {
        old_origin: "ACME/audit",
        old_size: known?.size,
        old_checkpoint: known?.checkpoint,
        reason: lost.reason,
        key_id: "operator-root",
      },
    });
    // The older entries stand behind it, and the old escrow is kept.
    expect(state.read((reader) => [...reader.log().unlogged()])).toEqual([]);
    expect(state.events("recognition_treaty_issued")).toHaveLength(2);
    expect(existsSync(join(result.quarantine ?? "", basename(state.request.escrow)))).toBe(true);
    state.open().close();
  });

  test("whose escrow is gone too is refused, until the loss is accepted", async () => {
    damage();
    rmSync(state.request.escrow);
    await expectRefused(state, "restore_refused");
    await state.restore(lost, { operatorKey: OPERATOR });
    state.open().close();
  });

  test("carries nothing, so that nothing can be left out", async () => {
    damage();
    await expectRefused(
      state,
      "restore_refused",
      { forget: [{ what: "feed", issuer: "GLOBEX", sequence: 7 }] },
      { operatorKey: OPERATOR },
    );
  });
});

describe("a state that was copied back by hand", () => {
  test("is behind its escrow, and so is an older backup", async () => {
    copyFileSync(state.world.db, `${state.world.db}.copy`);
    goOn();
    copyFileSync(`${state.world.db}.copy`, state.world.db);
    await expectRefused(state, "restore_refused");
  });

  test("is healed by a backup that is newer than it", async () => {
    copyFileSync(state.world.db, `${state.world.db}.copy`);
    goOn();
    const backup = join(state.world.folder, "newer.db");
    state.world.back({ output: backup });
    copyFileSync(`${state.world.db}.copy`, state.world.db);
    const result = await state.restore({ backup });
    expect(result.plan?.log).toMatchObject({ from: "backup", lost: null });
    expect(result.plan?.live.why).toBe("it is older than the backup");
    expect(result.preRestoreBackup).toBeNull();
    expect(state.read((reader) => reader.log().indexOf("later"))).not.toBeNull();
    state.open().close();
  });
});

test("a state that was begun anew in its place does not hide what was lost", async () => {
  rmSync(state.world.db);
  rmSync(state.request.escrow);
  state.open().close();
  await expectRefused(state, "restore_refused");
  const result = await state.restore(lost, { operatorKey: OPERATOR });
  expect(result.plan?.log.from).toBe("new");
  expect(readdirSync(result.quarantine ?? "")).toContain(basename(state.world.db));
});

test("a whole state whose escrow is gone is to have that settled first", async () => {
  rmSync(state.request.escrow);
  await expectRefused(state, "escrow_missing");
});

test("another program's database is not taken for a damaged state", async () => {
  rmSync(state.world.db);
  withPlainDatabase(state.world.db, (database) => database.exec("CREATE TABLE theirs (a)"));
  await expectRefused(state, "state_foreign");
});
