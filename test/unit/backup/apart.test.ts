/** A process that dies over a backup refuses it; what it does when it lives is tested with the built program. */
import { expect, test } from "vitest";
import { runDueApart, verifyBackupApart } from "../../../src/backup/apart.js";
import { START } from "../../helpers/world.js";

// Beside the sources there is no entry that node can load, so that each of these processes dies at once.
test("that reads it", async () => {
  const verifying = verifyBackupApart("one.db", { keys: null, sovereignId: null });
  await expect(verifying).rejects.toMatchObject({
    code: "bad_backup",
    details: { reason: "process_ended" },
  });
});

test("that makes it, or is given up before it began", async () => {
  const options = {
    settings: { dir: "/", every: 60, keep: 1, keepMonthly: 0 },
    db: "na.db",
    now: START,
    escrow: "na.db.escrow",
    holder: "test",
    authorityKey: "authority.key",
  };
  await expect(runDueApart(options)).rejects.toMatchObject({ code: "unwritable_file" });
  const given = AbortSignal.abort();
  await expect(runDueApart(options, given)).rejects.toMatchObject({ code: "unwritable_file" });
});
