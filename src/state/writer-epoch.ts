/** Fencing: a writer that was taken over while it was paused finds another's epoch, and writes nothing more. */
import { basename } from "node:path";
import { AppError } from "../errors.js";
import type { Connection, Queries, Transaction } from "./connection.js";

/**
 * Takes the right to write from whoever had it, and gives the epoch that stands for it. The lock alone does not do: a process
 * that was stopped, and whose lock an operator removed, does not know of it when it goes on.
 */
export function raiseEpoch(connection: Connection, holder: string, since: string): number {
  return connection.immediate((transaction) => {
    transaction.run(
      `INSERT INTO concordat_writer (id, epoch, holder, since) VALUES (1, 1, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = epoch + 1, holder = excluded.holder, since = excluded.since`,
      holder,
      since,
    );
    return Number(readEpoch(transaction));
  });
}

/** Null when nobody has written yet. */
export function readEpoch(queries: Queries): number | null {
  const epoch = queries.value("SELECT epoch FROM concordat_writer WHERE id = 1");
  return typeof epoch === "number" ? epoch : null;
}

/** Throws AppError `writer_fenced` unless `epoch` is still the writer's. */
export function checkEpoch(transaction: Transaction, epoch: number, path: string): void {
  if (readEpoch(transaction) === epoch) return;
  const [row] = transaction.rows("SELECT holder, since FROM concordat_writer WHERE id = 1");
  const [holder, since] = row?.map(String) ?? [];
  const who = holder === undefined ? "another process" : `${holder} (since ${since})`;
  throw new AppError("writer_fenced", `${who} has taken over ${basename(path)}`, {
    details: { holder: holder ?? null, since: since ?? null },
  });
}
