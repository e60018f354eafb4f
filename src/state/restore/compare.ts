/** What a restored state trusts and does not, beside what the live state does: read from the rows themselves. */
import type {
  RestoreChange,
  RestoreChanges,
  RestoreCounts,
  RestoredKind,
  RestoreReason,
} from "../../model/restore.js";
import type { Parameter, Queries } from "../connection.js";
import { listParameter, NOT_IN_BACKUP, type Merge } from "./merge.js";
import { SIGNED_TABLES, type SignedTable } from "./merge-signed.js";

/** Asked inside the transaction that has merged them. What has expired is left out: it grants nothing on either side. */
export function compareStates(merge: Merge): RestoreChanges {
  const compare = new Comparison(merge);
  for (const signed of SIGNED_TABLES) compare.signed(signed);
  compare.keys();
  compare.records();
  compare.feeds();
  return compare.changes;
}

export function countRows(queries: Queries): RestoreCounts {
  const count = (from: string): number =>
    Number(queries.value(`SELECT COUNT(*) FROM main.${from}`));
  const byStatus = (table: string): RestoreCounts["treaties"] => ({
    active: count(`${table} WHERE status = 'active'`),
    revoked: count(`${table} WHERE status = 'revoked'`),
  });
  return {
    treaties: byStatus("recognition_treaties"),
    attestations: byStatus("membership_attestations"),
    operatorKeys: count(
      `concordat_operator_keys WHERE state = 'active'
         AND key_id NOT IN (SELECT key_id FROM main.revoked_operator_keys)`,
    ),
    sovereigns: count("concordat_sovereigns"),
    importedRevocations: count("imported_sovereign_revocations"),
  };
}

type Lists = { -readonly [K in keyof RestoreChanges]: RestoreChange[] };

class Comparison {
  readonly changes: Lists = { goes: [], leftToGit: [], carried: [], forgotten: [], comes: [] };
  readonly #merge: Merge;
  readonly #names: ReadonlyMap<string, string>;

  constructor(merge: Merge) {
    this.#merge = merge;
    this.#names = namesOf(merge.transaction);
  }

  signed({ table, key, kind }: SignedTable): void {
    const { at, forgottenIds } = this.#merge;
    const json = kind === "RecognitionTreaty" ? "treaty_json" : "attestation_json";
    const isTrusted = (row: string): string => `${row}.status = 'active' AND ${row}.expires_at > ?`;
    this.#add(
      "goes",
      kind,
      `SELECT l.${key}, CASE m.revocation_reason WHEN '${NOT_IN_BACKUP}' THEN 'issued_after_backup' ELSE 'was_revoked' END
         FROM live.${table} AS l JOIN main.${table} AS m USING (${key})
        WHERE ${isTrusted("l")} AND m.status <> 'active' ORDER BY 1`,
      at,
    );
    this.#add(
      "forgotten",
      kind,
      `SELECT ${key}, 'asked_for' FROM main.${table} AS m WHERE ${key} IN (SELECT value FROM json_each(?)) ORDER BY 1`,
      listParameter(forgottenIds),
    );
    this.#add(
      "comes",
      kind,
      `SELECT m.${key}, 'row_restored' FROM main.${table} AS m
        WHERE ${isTrusted("m")} AND ${key} NOT IN (SELECT value FROM json_each(?))
          AND NOT EXISTS (SELECT 1 FROM live.${table} AS o WHERE o.${key} = m.${key}
                           AND o.status = 'active' AND o.${json} = m.${json}) ORDER BY 1`,
      at,
      listParameter(forgottenIds),
    );
    this.#add(
      "carried",
      kind,
      `SELECT l.${key}, 'since_backup' FROM live.${table} AS l JOIN main.${table} AS m USING (${key})
        WHERE l.status <> 'active' AND m.status <> 'active' AND l.expires_at > ?
          AND NOT EXISTS (SELECT 1 FROM backup.${table} AS b WHERE b.${key} = l.${key} AND b.status <> 'active') ORDER BY 1`,
      at,
    );
  }

  keys(): void {
    const isActive = (row: string, side: string): string =>
      `${row}.state = 'active' AND ${row}.key_id NOT IN (SELECT key_id FROM ${side}.revoked_operator_keys)`;
    this.#add(
      "leftToGit",
      "OperatorKey",
      `SELECT l.key_id, CASE WHEN b.key_id IS NULL THEN 'not_in_backup' ELSE 'differs_from_backup' END
         FROM live.concordat_operator_keys AS l LEFT JOIN backup.concordat_operator_keys AS b USING (key_id)
        WHERE ${isActive("l", "main")} AND NOT EXISTS (
          SELECT 1 FROM main.concordat_operator_keys AS m
           WHERE m.key_id = l.key_id AND m.state = l.state AND m.tier = l.tier) ORDER BY 1`,
    );
    this.#add(
      "carried",
      "OperatorKey",
      `SELECT b.key_id, 'since_backup' FROM backup.concordat_operator_keys AS b
        WHERE ${isActive("b", "backup")} AND NOT EXISTS (
          SELECT 1 FROM live.concordat_operator_keys AS l WHERE l.key_id = b.key_id AND ${isActive("l", "live")})
          AND NOT EXISTS (SELECT 1 FROM main.concordat_operator_keys AS m WHERE m.key_id = b.key_id AND ${isActive("m", "main")})
       UNION SELECT key_id, 'since_backup' FROM live.revoked_operator_keys
        WHERE key_id NOT IN (SELECT key_id FROM backup.revoked_operator_keys) ORDER BY 1`,
    );
    this.#add(
      "comes",
      "OperatorKey",
      `SELECT m.key_id, 'row_restored' FROM main.concordat_operator_keys AS m
        WHERE ${isActive("m", "main")} AND m.key_id NOT IN (SELECT key_id FROM live.concordat_operator_keys) ORDER BY 1`,
    );
  }

  records(): void {
    const id = "sovereign_id";
    this.#add(
      "comes",
      "Sovereign",
      `SELECT ${id}, 'row_restored' FROM main.concordat_sovereigns
        WHERE ${id} NOT IN (SELECT ${id} FROM live.concordat_sovereigns) ORDER BY 1`,
    );
    this.#add(
      "carried",
      "Sovereign",
      `SELECT ${id}, 'since_backup' FROM backup.concordat_sovereigns
        WHERE ${id} NOT IN (SELECT ${id} FROM main.concordat_sovereigns) ORDER BY 1`,
    );
    this.#add(
      "leftToGit",
      "RecognitionPolicy",
      `SELECT l.policy_id, CASE WHEN b.policy_id IS NULL THEN 'not_in_backup' ELSE 'differs_from_backup' END
         FROM live.recognition_policies AS l LEFT JOIN backup.recognition_policies AS b ON b.active = 1
        WHERE l.active = 1 AND NOT EXISTS (
          SELECT 1 FROM main.recognition_policies AS m WHERE m.active = 1 AND m.policy_json = l.policy_json)`,
    );
  }

  feeds(): void {
    const { forgottenFeeds } = this.#merge;
    const name = "issuer_sovereign_id || '@' || sequence";
    const imported = "issuer_sovereign_id || ' ' || attestation_id";
    const others = (side: string, table: string, keys: string): string =>
      `(${keys}) NOT IN (SELECT ${keys} FROM ${side}.${table})`;
    const feeds = "sovereign_revocation_feeds";
    const revocations = "imported_sovereign_revocations";
    this.#add(
      "carried",
      "RevocationFeed",
      `SELECT ${name}, 'since_backup' FROM main.${feeds} WHERE ${others("backup", feeds, "issuer_sovereign_id, sequence")} ORDER BY 1`,
    );
    this.#add(
      "carried",
      "ImportedRevocation",
      `SELECT ${imported}, 'since_backup' FROM main.${revocations}
        WHERE ${others("backup", revocations, "issuer_sovereign_id, attestation_id")} ORDER BY 1`,
    );
    this.#add(
      "forgotten",
      "ImportedRevocation",
      `SELECT ${imported}, 'asked_for' FROM live.${revocations}
        WHERE ${others("main", revocations, "issuer_sovereign_id, attestation_id")} ORDER BY 1`,
    );
    for (const { issuer, sequence } of forgottenFeeds)
      this.#push("forgotten", "RevocationFeed", `${issuer}@${sequence}`, "asked_for");
  }

  #add(list: keyof Lists, kind: RestoredKind, select: string, ...parameters: Parameter[]): void {
    for (const [id, why] of this.#merge.transaction.rows(select, ...parameters))
      this.#push(list, kind, String(id), why as RestoreReason);
  }

  #push(list: keyof Lists, kind: RestoredKind, id: string, why: RestoreReason): void {
    this.changes[list].push({ kind, id, name: this.#names.get(`${kind} ${id}`) ?? null, why });
  }
}

/** By kind and id. The name of a tombstone ends where its `#` begins. */
function namesOf(queries: Queries): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const side of ["backup", "live"]) {
    for (const [kind, id, name] of queries.rows(
      `SELECT kind, object_id, name FROM ${side}.concordat_inventory`,
    )) {
      const [plain = ""] = String(name).split("#");
      if (plain !== "") names.set(`${String(kind)} ${String(id)}`, plain);
    }
  }
  return names;
}
