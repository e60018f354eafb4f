/** The numbered steps that make a state's schema, in order. A released step never changes. */
import type { Connection, Transaction } from "../connection.js";
import { logStandingEvents } from "../log/standing-events.js";
import { GENESIS_MESH_TABLES } from "./001-genesis-mesh-tables.js";
import { CONCORDAT_TABLES } from "./002-concordat-tables.js";
import { CONTROLLER_TABLES } from "./003-controller-tables.js";
import { ADMIN_CLOCK } from "./004-admin-clock.js";
import { AUDIT_LOG } from "./005-audit-log.js";

/** "CNCD", in the header of every state (SQLite `application_id`). */
export const APPLICATION_ID = 0x434e4344;

/** The last of the reference's migrations that the shared tables correspond to (protocol.md 9). */
export const GENESIS_MESH_SCHEMA = 9;

type Migration = (transaction: Transaction, at: string) => void;

const MIGRATIONS: readonly Migration[] = [
  (transaction, at) => {
    transaction.script(GENESIS_MESH_TABLES);
    for (let version = 1; version <= GENESIS_MESH_SCHEMA; version++) {
      transaction.run(
        "INSERT INTO schema_version (version, applied_at) VALUES (?, ?)",
        version,
        at,
      );
    }
  },
  (transaction) => transaction.script(CONCORDAT_TABLES),
  (transaction) => transaction.script(CONTROLLER_TABLES),
  (transaction) => transaction.script(ADMIN_CLOCK),
  (transaction) => {
    transaction.script(AUDIT_LOG);
    logStandingEvents(transaction);
  },
];

/** The first `user_version` with an audit log. */
export const LOG_SCHEMA = 5;

/** What `user_version` is once every migration has run. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Runs the migrations from where the file stands up to `target`, in one transaction.
 * `at` is recorded as the moment of the reference's own steps, in `+00:00` form.
 */
export function migrate(connection: Connection, at: string, target: number = SCHEMA_VERSION): void {
  const current = connection.pragma("user_version");
  if (typeof current !== "number" || current >= target) return;
  connection.immediate((transaction) => {
    for (const migration of MIGRATIONS.slice(current, target)) migration(transaction, at);
    transaction.script(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${target};`,
    );
  });
}
