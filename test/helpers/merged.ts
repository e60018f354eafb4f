/** What the rules of a restore make of two states. */
import { copyFileSync } from "node:fs";
import type { Operation, Snapshot } from "../../src/model/state.js";
import { openState, openStateForWriting } from "../../src/state/open.js";
import { buildRestored, type Built } from "../../src/state/restore/build.js";
import type { Merge } from "../../src/state/restore/merge.js";
import { batchOf, commit, scratchPath, withPlainDatabase } from "./state.js";

export interface Restored {
  readonly built: Built;
  readonly snapshot: Snapshot;
  readonly path: string;
}

/** The moment of the restore. */
const LATER = "2026-11-24T00:00:00+00:00";

/** What a restore makes of a state: `before` was backed up, then `since` was done, and `sql` by somebody else. */
export function restored(
  before: readonly Operation[],
  since: readonly Operation[],
  { sql = "", ...merge }: Partial<Merge> & { readonly sql?: string } = {},
): Restored {
  const live = scratchPath();
  const first = openStateForWriting(live, "test");
  commit(first, ...before);
  first.close();
  const backup = scratchPath();
  copyFileSync(live, backup);
  const second = openStateForWriting(live, "test");
  if (since.length > 0) second.commit(batchOf(since), second.snapshot());
  second.close();
  if (sql !== "") withPlainDatabase(live, (database) => database.exec(sql));
  const path = scratchPath();
  const built = buildRestored(path, {
    backup,
    live,
    log: { from: "live" },
    backupDigest: "digest",
    at: LATER,
    forgottenIds: [],
    forgottenFeeds: [],
    ...merge,
  });
  const reader = openState(path);
  try {
    return { built, snapshot: reader.snapshot(), path };
  } finally {
    reader.close();
  }
}

export function statuses({ snapshot }: Restored): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...snapshot.treaties, ...snapshot.attestations].map((row) => [row.id, row.status]),
  );
}

export function changes(
  list: readonly { readonly id: string; readonly why: string }[],
): readonly string[] {
  return list.map(({ id, why }) => `${id} ${why}`);
}
