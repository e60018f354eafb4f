/** What a verification of the log compares with the state that the log speaks of. */
import type { Applied } from "../model/state.js";
import type { Queries } from "./connection.js";
import { readApplied } from "./snapshot.js";

export interface Standing {
  /** The first damage of pages, indexes or references that SQLite finds; null for none. */
  readonly damage: string | null;
  readonly applied: Applied | null;
  /** Ids of what is revoked, for whatever reason. */
  readonly revoked: {
    readonly treaties: ReadonlySet<string>;
    readonly attestations: ReadonlySet<string>;
    readonly operatorKeys: ReadonlySet<string>;
  };
}

/** Reads every page. */
export function readStanding(queries: Queries): Standing {
  return {
    damage: damageOf(queries),
    applied: readApplied(queries),
    revoked: {
      treaties: idsOf(
        queries,
        "SELECT treaty_id FROM recognition_treaties WHERE status = 'revoked'",
      ),
      attestations: idsOf(
        queries,
        "SELECT attestation_id FROM membership_attestations WHERE status = 'revoked'",
      ),
      operatorKeys: idsOf(queries, "SELECT key_id FROM revoked_operator_keys"),
    },
  };
}

/**
 * As `PRAGMA integrity_check`, which also compares indexes with their tables, but for those of the log: they take half of its
 * time, and whoever verifies the log reads each entry of them.
 */
const INDEXES = `SELECT integrity_check FROM sqlite_schema, pragma_integrity_check(name)
  WHERE type = 'table' AND name NOT IN ('audit_events', 'concordat_log_leaves') AND integrity_check <> 'ok' LIMIT 1`;

function damageOf(queries: Queries): string | null {
  const pages = queries.value("PRAGMA quick_check(1)");
  if (pages !== "ok") return String(pages);
  const [index] = queries.rows(INDEXES);
  if (index !== undefined) return String(index[0]);
  const [reference] = queries.rows("PRAGMA foreign_key_check");
  return reference === undefined ? null : `a row of ${String(reference[0])} refers to none`;
}

function idsOf(queries: Queries, select: string): ReadonlySet<string> {
  return new Set(queries.rows(select).map(([id]) => String(id)));
}
