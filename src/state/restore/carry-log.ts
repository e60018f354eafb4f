/** The audit log of a restored state: the entries that stand, byte for byte; or a log of a new name, which says why. */
import type { LoggedEvent } from "../../protocol/log/committed.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { LogTransaction } from "../log/log-transaction.js";
import { logStandingEvents } from "../log/standing-events.js";
import { copyRows, type Merge, type Side } from "./merge.js";

/** The log of one side goes on; or its entries were lost, and those that stand begin a log of another name. */
export type CarriedLog =
  | { readonly from: Side }
  | {
      readonly from: "new";
      readonly origin: string;
      /** Entry 0, which names the log that was lost. */
      readonly event: LoggedEvent;
      readonly epoch: number;
      readonly random: (size: number) => Uint8Array;
    };

/** The events, which are evidence for what comes after. `hasLive`: whether there is a live state to take those of a lost log from. */
export function carryEvents(merge: Merge, log: CarriedLog, hasLive: boolean): void {
  const from = log.from === "new" ? (hasLive ? "live" : "backup") : log.from;
  copyRows(merge, "audit_events", from);
  if (log.from === "new") return;
  for (const table of ["concordat_log_leaves", "concordat_log_nodes", "concordat_log_salts"])
    copyRows(merge, table, log.from);
  merge.transaction.run("DELETE FROM main.concordat_log_head");
  copyRows(merge, "concordat_log_head", log.from);
  // Nothing of it stands yet in the escrow of the file that is being built.
  merge.transaction.run("UPDATE main.concordat_log_head SET escrowed = 0");
}

/** After the authority's row, which every leaf names. */
export function beginLog(merge: Merge, log: CarriedLog, generation: number): void {
  if (log.from !== "new") return;
  const { transaction } = merge;
  const { event, origin, epoch, random } = log;
  transaction.run("UPDATE main.concordat_log_head SET origin = ?", origin);
  const entries = new LogTransaction(transaction, { epoch, signer: () => null, random });
  entries.append([{ id: event.event_id, event }], generation);
  entries.finish();
  logStandingEvents(transaction);
  transaction.run(
    "INSERT INTO main.audit_events (event_id, event_json, created_at) VALUES (?, ?, ?)",
    event.event_id,
    canonicalJson(event),
    event.created_at,
  );
}
