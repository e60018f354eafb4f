/** What the rules of a restore work with: three states in one transaction, `live` and `backup` to read, and the new one. */
import type { Transaction } from "../connection.js";

export interface Merge {
  readonly transaction: Transaction;
  /** The moment of the restore, in `+00:00` form. */
  readonly at: string;
  /** Ids of treaties and attestations whose revocation is not carried. */
  readonly forgottenIds: readonly string[];
  readonly forgottenFeeds: readonly { readonly issuer: string; readonly sequence: number }[];
}

/** Why an object is revoked that was issued after the backup: whoever holds its document must learn that it counts no more. */
export const NOT_IN_BACKUP = "not_in_restored_backup";

export type Side = "live" | "backup";

/** The rows of a table as they stand on one side. */
export function copyRows({ transaction }: Merge, table: string, from: Side, where = "TRUE"): void {
  transaction.run(`INSERT INTO main.${table} SELECT * FROM ${from}.${table} AS old WHERE ${where}`);
}

/** The rows of both sides; where both have one, the one of the live state. */
export function joinRows({ transaction }: Merge, table: string): void {
  for (const from of ["live", "backup"])
    transaction.run(`INSERT OR IGNORE INTO main.${table} SELECT * FROM ${from}.${table}`);
}

/** A list as one parameter of a statement, to be read by `json_each`. */
export function listParameter(items: readonly string[]): string {
  return JSON.stringify(items);
}
