/** Keys that the state knows as revoked: neither their ids nor their bytes come back. */
import type { DesiredOperatorKey } from "../model/desired.js";
import type { Finding } from "../model/plan.js";
import type { InventoryEntry } from "../model/state.js";
import { change } from "./change.js";
import { positionOf, type PlanContext } from "./context.js";
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

/** The bytes of a revoked key under another id are the revoked key (docs/threats.md R2). */
export function returns(context: PlanContext, outcome: Outcome, key: DesiredOperatorKey): boolean {
  const same = context.snapshot.operatorKeys.find(
    (stored) =>
      stored.publicKey === key.publicKey &&
      stored.keyId !== key.keyId &&
      context.index.revokedKeys.has(stored.keyId),
  );
  if (same === undefined) return false;
  outcome.findings.push(
    revokedKeyReturns(key, `${key.keyId} has the public key of ${same.keyId}, which was revoked`),
  );
  return true;
}
