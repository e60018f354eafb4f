/** What the merged rows say became of the objects that the inventories name. */
import type { InventoryEntry } from "../../model/state.js";
import type { RawRow } from "../connection.js";
import { NOT_IN_BACKUP, type Merge } from "./merge.js";
import type { Fate } from "./merge-inventory.js";
import { SIGNED_TABLES } from "./merge-signed.js";

/** A revocation that only made way for the next object under the same terms or others (plan/succession.ts). */
const SUCCEEDED = /^(renewed_by|replaced_by):/;

/** Asked once the rows are merged. */
export function fatesOf(merge: Merge): (entry: InventoryEntry) => Fate {
  const { transaction } = merge;
  const forgotten = new Set(merge.forgottenIds);
  const signed = new Map(SIGNED_TABLES.map((table) => [table.kind as string, table]));
  const rowOf = (table: string, key: string, id: string, side: string): RawRow | undefined =>
    transaction.rows(`SELECT * FROM ${side}.${table} WHERE ${key} = ?`, id)[0];
  return ({ kind, objectId }) => {
    const table = signed.get(kind);
    if (table !== undefined) {
      if (forgotten.has(objectId)) return "forgotten";
      const select = `SELECT status, revocation_reason FROM main.${table.table} WHERE ${table.key} = ?`;
      const [status, reason] = transaction.rows(select, objectId)[0] ?? [];
      if (status !== "revoked") return "stands";
      if (reason === NOT_IN_BACKUP) return "ended";
      return SUCCEEDED.test(String(reason)) ? "succeeded" : "revoked";
    }
    if (kind === "OperatorKey") {
      const row = rowOf("concordat_operator_keys", "key_id", objectId, "main");
      const live = rowOf("concordat_operator_keys", "key_id", objectId, "live");
      return row !== undefined && (live === undefined || isSame(row, live)) ? "stands" : "ended";
    }
    if (kind === "RecognitionPolicy") {
      const policy = (side: string): unknown =>
        transaction.value(`SELECT policy_json FROM ${side}.recognition_policies WHERE active = 1`);
      return policy("main") === policy("live") && policy("main") !== undefined ? "stands" : "ended";
    }
    return "stands";
  };
}

function isSame(left: RawRow, right: RawRow): boolean {
  return left.every((value, index) => value === right[index]);
}
