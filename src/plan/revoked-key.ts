/** Keys that the state knows as revoked: neither their ids nor their bytes come back. */
import type { DesiredOperatorKey, DesiredRevocation } from "../model/desired.js";
import type { JsonValue } from "../model/json.js";
import type { Finding } from "../model/plan.js";
import type { InventoryEntry } from "../model/state.js";
import { appliedSpec, change } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { drift } from "./drift.js";
import type { Outcome, Step } from "./step.js";

/** The state says revoked: it stays so, and the tree is told. */
export function revokedAlready(
  context: PlanContext,
  outcome: Outcome,
  key: DesiredOperatorKey,
  entry: InventoryEntry | null,
  tombstone: Step,
): void {
  const about = { kind: "OperatorKey", name: key.name, id: key.keyId } as const;
  if (entry === null && key.state !== "compromised") {
    outcome.findings.push(
      revokedKeyReturns(key, `key id ${key.keyId} was revoked and cannot come back`),
    );
    return;
  }
  if (entry?.live === true) {
    outcome.drift.push(drift({ class: "revoked_out_of_band", ...about, disposition: "keep" }));
    outcome.planned.push({
      change: change({
        ...about,
        action: "record",
        reason: "drift_revoked",
        risk: "keeps",
        source: positionOf(key.source),
      }),
      steps: [tombstone],
    });
  }
  if (key.state === "active" && context.index.revokedKeys.get(key.keyId) !== undefined) {
    outcome.skipped.push({
      ...about,
      reason: "revoked",
      message: "this key is revoked, which is terminal; give its holder a new key id",
    });
  }
}

function revokedKeyReturns(key: DesiredOperatorKey, message: string): Finding {
  return {
    code: "revoked_key_returns",
    level: "error",
    message,
    hint: "make a new key pair with: concordat keygen --out PREFIX --key-id ID",
    kind: "OperatorKey",
    name: key.name,
    source: positionOf(key.source),
  };
}

/** Ids of keys that are revoked, or that this plan revokes, by their public keys. */
export type RevokedBytes = ReadonlyMap<JsonValue, readonly string[]>;

/** What the state, the inventory and the tree know of the bytes of every key that is not trusted after this plan. */
export function revokedBytes(
  context: PlanContext,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): RevokedBytes {
  const { desired, index, policy, snapshot } = context;
  const entries = [...inventoryOf(context, "OperatorKey").values()];
  const gone = new Set(entries.filter((entry) => !entry.live).map((entry) => entry.objectId));
  const managed = new Set(entries.map((entry) => entry.objectId));
  const wanted = new Map(desired.operatorKeys.map((key) => [key.keyId, key]));
  const isRevoked = (keyId: string): boolean =>
    index.revokedKeys.has(keyId) ||
    gone.has(keyId) ||
    revocations.has(keyId) ||
    (wanted.has(keyId)
      ? wanted.get(keyId)?.state === "compromised"
      : managed.has(keyId) || policy.selfHeal !== "off");
  const found = new Map<JsonValue, string[]>();
  const add = (publicKey: JsonValue | undefined, keyId: string): void => {
    if (publicKey === undefined || !isRevoked(keyId)) return;
    found.set(publicKey, [...(found.get(publicKey) ?? []), keyId]);
  };
  for (const { publicKey, keyId } of snapshot.operatorKeys) add(publicKey, keyId);
  for (const entry of entries) add(appliedSpec(entry)["public_key"], entry.objectId);
  for (const { publicKey, keyId } of desired.operatorKeys) add(publicKey, keyId);
  return found;
}

/** The bytes of a revoked key under another id are the revoked key (docs/threats.md R2). */
export function returns(
  context: PlanContext,
  outcome: Outcome,
  key: DesiredOperatorKey,
  revoked: RevokedBytes,
): boolean {
  const same = revoked.get(key.publicKey)?.find((keyId) => keyId !== key.keyId);
  if (same === undefined) return false;
  // A key that is trusted already is not put in doubt by somebody who writes its bytes beside it and has them revoked.
  const isTrusted = [...inventoryOf(context, "OperatorKey").values()].some(
    (entry) =>
      entry.live &&
      entry.objectId === key.keyId &&
      appliedSpec(entry)["public_key"] === key.publicKey,
  );
  if (isTrusted) return false;
  outcome.findings.push(
    revokedKeyReturns(key, `${key.keyId} has the public key of ${same}, which is revoked`),
  );
  return true;
}
