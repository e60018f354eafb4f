/** Settings → the schedule of backups that the service runs. */
import { runDueApart } from "../backup/apart.js";
import { BackupSchedule } from "../backup/schedule.js";
import { realClock, realSleep } from "../controller/real-time.js";
import type { BackupEvent } from "../model/backup.js";
import { holderOf } from "./apply-report.js";
import type { Settings } from "./settings.js";

/** Null when the settings ask for none. */
export function backupSchedule(
  { backup, db, logEscrow, authorityKey }: Settings,
  observe: (event: BackupEvent) => void,
): BackupSchedule | null {
  if (backup === null) return null;
  const options = { settings: backup, db, escrow: logEscrow, authorityKey };
  const holder = holderOf("serve");
  return new BackupSchedule({
    every: backup.every,
    run: async (now, signal) => await runDueApart({ ...options, holder, now }, signal),
    observe,
    clock: realClock,
    stopwatch: () => performance.now(),
    sleep: realSleep,
  });
}
