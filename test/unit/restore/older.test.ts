/** A state from before there was a log stands in the place of one that has one. */
import { expect, test } from "vitest";
import { expectRefused, OPERATOR, reconcile, Restorable } from "../../helpers/restored.js";
import { TRUST } from "../../helpers/backup.js";
import { withPlainDatabase } from "../../helpers/state.js";

/** As the migrations before the log had left it. */
function withoutLog(db: string): void {
  withPlainDatabase(db, (database) => {
    for (const table of ["leaves", "nodes", "salts", "head"])
      database.exec(`DROP TABLE concordat_log_${table}`);
    database.exec("DROP TABLE concordat_recovery; PRAGMA user_version = 4");
  });
}

test("what it has taken away is carried, and the log is the backup's", async () => {
  const state = new Restorable();
  state.sign();
  const { world } = state;
  world.back();
  world.pass(60);
  withPlainDatabase(world.db, (database) =>
    database.exec(
      "UPDATE recognition_treaties SET status = 'revoked', revoked_at = issued_at, revocation_reason = 'bad' WHERE subject_sovereign_id = 'INITECH'",
    ),
  );
  withoutLog(world.db);
  const result = await state.restore();
  expect(result.plan?.live.found).toBe("whole");
  expect(result.plan?.log).toMatchObject({ from: "backup", lost: null });
  const { treaties } = reconcile(state, TRUST);
  expect(treaties.map(({ subject, status }) => `${subject} ${status}`).toSorted()).toEqual([
    "GLOBEX active",
    "INITECH revoked",
  ]);
  state.open().close();
});

test("it does not hide that the escrow knows of more", async () => {
  const state = new Restorable();
  state.sign();
  const { world } = state;
  world.back();
  world.pass(60);
  await state.restore();
  withoutLog(world.db);
  const given = { preRestoreBackup: `${state.request.preRestoreBackup}.2` };
  await expectRefused(state, "restore_refused", given);
  const lost = { ...given, acceptLostLog: true, reason: "INC-9" };
  const result = await state.restore(lost, { operatorKey: OPERATOR });
  expect(result.plan?.log.from).toBe("new");
});
