/** Operator keys: add, update, retire, revoke. A key id that was revoked never comes back (design.md 4.2). */
import type { DesiredOperatorKey, DesiredRevocation } from "../model/desired.js";
import type { InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { drift } from "./drift.js";
import { keyRecord, sameRecord } from "./key-record.js";
import { returns, revokedAlready } from "./revoked-key.js";
import { compareSpecs, overallRisk } from "./risk.js";
import { operatorKeySpec } from "./spec.js";
import { emptyOutcome, type Outcome, type Step } from "./step.js";

/** The reason a key is revoked for, or null while it is not. */
function reasonFor(
  key: DesiredOperatorKey,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): string | null {
  const requested = revocations.get(key.keyId);
  if (requested !== undefined) return requested.reason;
  return key.state === "compromised"
    ? `compromised${key.since === null ? "" : `:${key.since}`}`
    : null;
}

/** Compares the operator keys with the state. */
export function diffKeys(
  context: PlanContext,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Outcome {
  const outcome = emptyOutcome();
  const applied = inventoryOf(context, "OperatorKey");
  const desiredIds = new Set(context.desired.operatorKeys.map((key) => key.keyId));
  for (const key of context.desired.operatorKeys) {
    const entry = applied.get(key.name) ?? null;
    if (
      entry !== null &&
      entry.live &&
      entry.objectId !== key.keyId &&
      !desiredIds.has(entry.objectId)
    ) {
      revoke(context, outcome, entry, "removed_from_desired_state");
    }
    compare(context, outcome, key, entry?.objectId === key.keyId ? entry : null, revocations);
  }
  const names = new Set(context.desired.operatorKeys.map((key) => key.name));
  for (const entry of applied.values()) {
    if (names.has(entry.name) || !entry.live) continue;
    if (desiredIds.has(entry.objectId)) {
      // The same key under another name: only the name goes.
      outcome.planned.push({
        change: change({
          action: "forget",
          kind: "OperatorKey",
          name: entry.name,
          id: entry.objectId,
          reason: "removed_from_desired_state",
          risk: "keeps",
        }),
        steps: [{ do: "forget", kind: "OperatorKey", name: entry.name }],
      });
    } else
      revoke(
        context,
        outcome,
        entry,
        revocations.get(entry.objectId)?.reason ?? "removed_from_desired_state",
      );
  }
  strangers(context, outcome, applied);
  return outcome;
}

function compare(
  context: PlanContext,
  outcome: Outcome,
  key: DesiredOperatorKey,
  entry: InventoryEntry | null,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): void {
  const spec = operatorKeySpec(key);
  const about = {
    kind: "OperatorKey",
    name: key.name,
    id: key.keyId,
    source: positionOf(key.source),
  } as const;
  const record = (live: boolean): Step => ({
    do: "record",
    entry: entryOf(context, {
      kind: "OperatorKey",
      name: key.name,
      objectId: key.keyId,
      spec,
      source: key.source,
      live,
    }),
  });
  const put: Step = { do: "put_operator_key", key: keyRecord(key) };
  if (context.index.revokedKeys.has(key.keyId)) {
    revokedAlready(context, outcome, key, entry, record(false));
    return;
  }
  const before = entry === null ? null : appliedSpec(entry);
  // A key that is trusted already is not put in doubt by somebody who writes its bytes beside it and has them revoked.
  if (before?.["public_key"] !== key.publicKey && returns(context, outcome, key)) return;
  const fields = before === null ? [] : compareSpecs("OperatorKey", before, spec);
  const reason = reasonFor(key, revocations);
  if (reason !== null) {
    const why = revocations.has(key.keyId) ? "revocation_requested" : "key_compromised";
    outcome.planned.push({
      change: change({
        ...about,
        action: "revoke",
        reason: why,
        risk: "reduces",
        before,
        after: spec,
        fields,
      }),
      steps: [put, { do: "revoke_operator_key", keyId: key.keyId, reason }, record(false)],
    });
    return;
  }
  if (entry === null) {
    const risk = key.state === "active" ? "widens" : "keeps";
    outcome.planned.push({
      change: change({
        ...about,
        action: "add",
        reason: "added_to_desired_state",
        risk,
        after: spec,
      }),
      steps: [put, record(true)],
    });
    return;
  }
  if (entry.specJson !== canonicalJson(spec)) {
    const retired = key.state === "retired" && before?.["state"] === "active";
    const action = retired ? "retire" : "update";
    outcome.planned.push({
      change: change({
        ...about,
        action,
        reason: retired ? "key_retired" : "spec_changed",
        risk: overallRisk(fields),
        before,
        after: spec,
        fields,
      }),
      steps: [put, record(true)],
    });
    return;
  }
  const stored = context.index.keys.get(key.keyId);
  if (stored !== undefined && sameRecord(stored, keyRecord(key))) return;
  const disposition = context.policy.selfHeal === "off" ? "report" : "replace";
  outcome.drift.push(
    drift({ class: stored === undefined ? "missing" : "altered", ...about, disposition }),
  );
  if (disposition === "replace") {
    outcome.planned.push({
      change: change({
        ...about,
        action: "update",
        reason: "drift_altered",
        risk: "keeps",
        before: spec,
        after: spec,
      }),
      steps: [put, record(true)],
    });
  }
}

function revoke(
  context: PlanContext,
  outcome: Outcome,
  entry: InventoryEntry,
  reason: string,
): void {
  const done = context.index.revokedKeys.has(entry.objectId);
  const tombstone: Step = { do: "record", entry: { ...entry, live: false } };
  outcome.planned.push({
    change: change({
      action: done ? "record" : "remove",
      kind: "OperatorKey",
      name: entry.name,
      id: entry.objectId,
      reason: reason === "removed_from_desired_state" ? reason : "revocation_requested",
      risk: done ? "keeps" : "reduces",
      before: appliedSpec(entry),
    }),
    steps: done
      ? [tombstone]
      : [{ do: "revoke_operator_key", keyId: entry.objectId, reason }, tombstone],
  });
}

/** Keys in the state that no resource asked for are grants made outside git. */
function strangers(
  context: PlanContext,
  outcome: Outcome,
  applied: ReadonlyMap<string, InventoryEntry>,
): void {
  const known = new Set([...applied.values()].map((entry) => entry.objectId));
  for (const stored of context.snapshot.operatorKeys) {
    if (known.has(stored.keyId) || context.index.revokedKeys.has(stored.keyId)) continue;
    if (context.desired.operatorKeys.some((key) => key.keyId === stored.keyId)) continue;
    const disposition = context.policy.selfHeal === "off" ? "report" : "revoke";
    outcome.drift.push(
      drift({ class: "unmanaged", kind: "OperatorKey", name: null, id: stored.keyId, disposition }),
    );
    if (disposition === "report") continue;
    outcome.planned.push({
      change: change({
        action: "revoke",
        kind: "OperatorKey",
        name: stored.keyId,
        id: stored.keyId,
        reason: "drift_unmanaged",
        risk: "reduces",
      }),
      steps: [{ do: "revoke_operator_key", keyId: stored.keyId, reason: "not_in_desired_state" }],
    });
  }
}
