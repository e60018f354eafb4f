/** The authority, its operator keys and the foreign sovereigns it knows. */
import { AppError } from "../../errors.js";
import type {
  AuthorityRecord,
  OperatorKeyRecord,
  RevokedKeyRecord,
  SovereignRecord,
} from "../../model/state.js";
import { canonicalJson } from "../../protocol/canonical.js";
import type { Transaction } from "../connection.js";
import { toSafetyPolicyJson } from "../safety-policy.js";
import { readWhere } from "../snapshot.js";
import { REVOKED_KEYS } from "../tables.js";

export function putAuthority(transaction: Transaction, authority: AuthorityRecord): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_authority
       (id, name, sovereign_id, key_id, public_key, genesis_json, endpoint, policy_json) VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
    authority.name,
    authority.sovereignId,
    authority.keyId,
    authority.publicKey,
    authority.genesisJson,
    authority.endpoint,
    toSafetyPolicyJson(authority.policy),
  );
}

/** A revoked key stays revoked whatever stands here: the list of revoked keys is asked first. */
export function putOperatorKey(transaction: Transaction, key: OperatorKeyRecord): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_operator_keys (key_id, public_key, tier, holder, valid_from, valid_until, state)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    key.keyId,
    key.publicKey,
    key.tier,
    key.holder,
    key.validFrom,
    key.validUntil,
    key.state,
  );
}

/**
 * Terminal. The key's own row stays as it is, as evidence of what it was. Asking again for the same changes nothing.
 * Throws AppError `internal` when the key was revoked otherwise.
 */
export function revokeOperatorKey(transaction: Transaction, key: RevokedKeyRecord): void {
  const [found] = readWhere(transaction, REVOKED_KEYS, "key_id = ?", key.keyId);
  if (found === undefined) {
    transaction.run(
      "INSERT INTO revoked_operator_keys (key_id, revoked_at, reason, revoked_by) VALUES (?, ?, ?, ?)",
      key.keyId,
      key.revokedAt,
      key.reason,
      key.revokedBy,
    );
    return;
  }
  const isSame =
    found.revokedAt === key.revokedAt &&
    found.reason === key.reason &&
    found.revokedBy === key.revokedBy;
  if (!isSame) throw new AppError("internal", `operator key ${key.keyId} is already revoked`);
}

export function putSovereign(transaction: Transaction, sovereign: SovereignRecord): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_sovereigns
       (sovereign_id, name, public_keys_json, endpoint, feed_url, feed_max_age, feed_suspend) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    sovereign.sovereignId,
    sovereign.name,
    canonicalJson(sovereign.publicKeys),
    sovereign.endpoint,
    sovereign.feed.url,
    sovereign.feed.maxAge,
    sovereign.feed.suspend ? 1 : 0,
  );
}

/** Throws AppError `internal` when it is not there. */
export function removeSovereign(transaction: Transaction, sovereignId: string): void {
  if (
    transaction.run("DELETE FROM concordat_sovereigns WHERE sovereign_id = ?", sovereignId) === 0
  ) {
    throw new AppError("internal", `there is no sovereign ${sovereignId} to remove`);
  }
}
