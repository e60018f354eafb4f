/** A backup is whole, private and of one moment, and replaces nothing that it should not. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MANIFEST_SUFFIX } from "../../../src/backup/manifest.js";
import { LOCK } from "../../../src/backup/drafts.js";
import { WriterLock } from "../../../src/state/lock.js";
import { openStateForWriting } from "../../../src/state/open.js";
import { openRestingState } from "../../../src/state/backup/read.js";
import { BackedUp, OUR_KEY } from "../../helpers/backup.js";
import { desired, OWN, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { AT_OFFSET, contentsOf, expectError, withPlainDatabase } from "../../helpers/state.js";

let world: BackedUp;
beforeEach(() => {
  world = new BackedUp();
});
afterEach(() => {
  world.close();
});

describe("a backup", () => {
  test("is made while the state is being written, and verifies", () => {
    const made = world.back();
    expect(world.verify()).toEqual(made);
    expect(made.manifest).toMatchObject({
      sovereign_id: OWN,
      generation: world.snapshot.generation,
    });
    expect(made.counts).toMatchObject({ treaties: 2, attestations: 1, feeds: 1, operator_keys: 1 });
    expect(made.counts.log_entries).toBe(made.manifest.log.size);
    expect(made.counts.log_entries).toBeGreaterThan(0);
    // Genesis, own feed, two treaties, an attestation and a feed.
    expect(made.signatures).toEqual({ verified: 6, unjudged: 0 });
  });

  test("holds the rows that stood in the state, and none that came later", () => {
    world.back();
    const { treaties } = world.snapshot;
    world.apply(desired({ treaties: [treaty("umbrella", "globex")] }));
    const copy = openRestingState(world.file, null);
    expect(copy.reader.snapshot().treaties).toEqual(treaties);
    copy.close();
  });

  test("is one file out of WAL mode that only its owner reads, beside its manifest", () => {
    world.back();
    const names = readdirSync(world.folder).filter((name) => !name.startsWith("."));
    expect(names).toEqual(["one.db", `one.db${MANIFEST_SUFFIX}`]);
    for (const name of names) expect(statSync(join(world.folder, name)).mode & 0o777).toBe(0o600);
    const pragmas = withPlainDatabase(world.file, (database) =>
      ["journal_mode", "application_id", "user_version", "page_size"].map((name) =>
        database.pragma(name, { simple: true }),
      ),
    );
    const live = withPlainDatabase(world.db, (database) =>
      ["application_id", "user_version", "page_size"].map((name) =>
        database.pragma(name, { simple: true }),
      ),
    );
    expect(pragmas).toEqual(["delete", ...live]);
  });

  test("leaves no trace in the state nor beside it", () => {
    world.writer.close();
    const state = join(world.dir, "state");
    mkdirSync(state);
    for (const name of readdirSync(world.dir))
      if (name.startsWith("na.db")) renameSync(join(world.dir, name), join(state, name));
    const before = contentsOf(state);
    world.back({ db: join(state, "na.db"), escrow: join(state, "na.db.escrow") });
    expect(contentsOf(state)).toEqual(before);
  });

  test("does not hold what was deleted", () => {
    const secret = "a value that was erased";
    withPlainDatabase(world.db, (database) => {
      database.pragma("secure_delete = 0");
      database.exec(
        `CREATE TABLE gone (x); INSERT INTO gone VALUES ('${secret}'); DROP TABLE gone`,
      );
    });
    world.back();
    expect(contentsOf(world.folder).get("one.db")).not.toContain(
      Buffer.from(secret).toString("hex"),
    );
  });
});

describe("a backup is refused", () => {
  test("where a file stands, whatever it is", () => {
    writeFileSync(world.file, "somebody's");
    expectError("file_exists", () => world.back());
    expectError("file_exists", () => world.back({ force: true }));
    expect(readFileSync(world.file, "utf8")).toBe("somebody's");
  });

  test("where a link stands, even one to nothing", () => {
    const target = join(world.dir, "target");
    symlinkSync(target, world.file);
    expectError("file_exists", () => world.back({ force: true }));
    rmSync(world.file);
    symlinkSync(target, world.file + MANIFEST_SUFFIX);
    expectError("file_exists", () => world.back({ force: true }));
    expect(existsSync(target)).toBe(false);
  });

  test("over an earlier one, unless that may be replaced", () => {
    world.back();
    expectError("file_exists", () => world.back());
    world.apply(desired());
    const made = world.back({ force: true });
    expect(world.verify()).toEqual(made);
  });

  test("over one of another authority", () => {
    world.back();
    world.signAnew({ sovereign_id: "GLOBEX" });
    expectError("file_exists", () => world.back({ force: true }));
  });

  test("with another key than the authority's", () => {
    expectError("authority_key_mismatch", () => world.back({ signer: keyOf("another") }));
    expect(readdirSync(world.folder)).toEqual([]);
  });

  test("before anything was applied, without a folder, and under a manifest's name", () => {
    const fresh = join(world.dir, "fresh.db");
    openStateForWriting(fresh, "test").close();
    expectError("state_missing", () => world.back({ db: fresh }));
    expectError("unwritable_file", () => world.back({ output: join(world.dir, "none/one.db") }));
    expectError("usage", () => world.back({ output: join(world.folder, `a${MANIFEST_SUFFIX}`) }));
  });

  test("in a folder where anyone may replace files", () => {
    chmodSync(world.folder, 0o777);
    expectError("unwritable_file", () => world.back());
    // Where everybody may remove only their own, as in /tmp.
    chmodSync(world.folder, 0o1777);
    expect(world.back().manifest.sovereign_id).toBe(OWN);
  });

  test("in a folder that takes no lock, and the state is not to blame", () => {
    mkdirSync(join(world.folder, ".concordat-backup.lock"));
    expectError("unwritable_file", () => world.back());
  });

  test("while another is being written to the folder", () => {
    const lock = WriterLock.acquire(join(world.folder, LOCK), "another backup", "now");
    expectError("lock_held", () => world.back());
    lock.release();
    expect(world.back().manifest.sovereign_id).toBe(OWN);
  });

  test("of a state that was altered, and leaves nothing under its name", () => {
    withPlainDatabase(world.db, (database) =>
      database.exec("UPDATE recognition_treaties SET expires_at = '2036-01-01T00:00:00+00:00'"),
    );
    expectError("state_corrupt", () => world.back());
    expect(readdirSync(world.folder)).not.toContain("one.db");
    expect(readdirSync(world.folder).filter((name) => name.includes("draft"))).toEqual([]);
  });

  test("of a log that does not go on from its escrow", () => {
    world.writer.close();
    const escrow = `${world.db}.escrow`;
    const change = (): void => {
      const options = { signer: () => OUR_KEY, escrow, random: world.random };
      const writer = openStateForWriting(world.db, "test", options);
      writer.note(
        [],
        [
          {
            event_id: `event-${world.now}`,
            event_type: "plan_applied",
            details: {},
            created_at: AT_OFFSET,
          },
        ],
      );
      writer.close();
    };
    change();
    world.pass(1);
    const older = join(world.folder, "older.db");
    copyFileSync(world.db, older);
    change();
    const options = { db: older, escrow };
    expectError("log_rolled_back", () => world.back(options));
    expectError("escrow_missing", () => world.back({ ...options, escrow: join(world.dir, "no") }));
    expect(world.back().manifest.log.size).toBeGreaterThan(0);
  });
});

describe("what a killed backup left", () => {
  const draft = (): string => join(world.folder, ".concordat-draft-old.db");

  test("is removed by the next one, whole or not", () => {
    for (const suffix of ["", "-journal", MANIFEST_SUFFIX]) writeFileSync(draft() + suffix, "half");
    writeFileSync(join(world.folder, ".of-somebody-else"), "");
    world.back();
    expect(readdirSync(world.folder).toSorted()).toEqual([
      ".concordat-backup.lock",
      ".of-somebody-else",
      "one.db",
      `one.db${MANIFEST_SUFFIX}`,
    ]);
  });

  test.each(["before its manifest has", "after its manifest has"])(
    "is finished when it was whole, and died %s its name",
    (when) => {
      const old = join(world.folder, "old.db");
      const made = world.back({ output: old });
      renameSync(old, draft());
      if (when.startsWith("before")) renameSync(old + MANIFEST_SUFFIX, draft() + MANIFEST_SUFFIX);
      world.back();
      expect(world.verify(old)).toEqual(made);
    },
  );

  test("does not keep the same backup from being made again", () => {
    world.back();
    renameSync(world.file, join(world.folder, ".concordat-draft-one.db"));
    const made = world.back();
    expect(world.verify()).toEqual(made);
    expect(readdirSync(world.folder).filter((name) => name.includes("draft"))).toEqual([]);
  });

  test("is not taken for a backup when its bytes are others", () => {
    const old = join(world.folder, "old.db");
    world.back({ output: old });
    renameSync(old, draft());
    appendFileSync(draft(), "x");
    world.back();
    expect(existsSync(old)).toBe(false);
    expect(existsSync(draft())).toBe(false);
  });
});
