/** What Concordat applied, and when it last did (design.md 4.5). */
import { AppError } from "../../errors.js";
import type { Kind } from "../../model/resources.js";
import type { Applied, InventoryEntry } from "../../model/state.js";
import type { Transaction } from "../connection.js";

export function record(transaction: Transaction, entry: InventoryEntry): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_inventory (kind, name, object_id, spec_json, renewal, document_digest, live,
       source_file, source_line, source_column, source_blob, commit_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    entry.kind,
    entry.name,
    entry.objectId,
    entry.specJson,
    entry.renewal,
    entry.documentDigest,
    entry.live ? 1 : 0,
    entry.source.file,
    entry.source.line,
    entry.source.column,
    entry.source.blob,
    entry.commit,
  );
}

/** Throws AppError `internal` when it is not there. */
export function forget(transaction: Transaction, kind: Kind, name: string): void {
  if (
    transaction.run("DELETE FROM concordat_inventory WHERE kind = ? AND name = ?", kind, name) === 0
  ) {
    throw new AppError("internal", `there is no ${kind} ${name} in the inventory to forget`);
  }
}

export function putApplied(transaction: Transaction, applied: Applied): void {
  transaction.run(
    "INSERT OR REPLACE INTO concordat_applied (id, commit_id, tree_id, plan_digest, applied_at) VALUES (1, ?, ?, ?, ?)",
    applied.commit,
    applied.tree,
    applied.planDigest,
    applied.at,
  );
}
