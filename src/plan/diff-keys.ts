/** Operator keys: add, update, retire, revoke. A key id that was revoked never comes back (design.md 4.2). */
import type { DesiredOperatorKey, DesiredRevocation } from "../model/desired.js";
import type { InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { drift } from "./drift.js";
import { keyRecord, recordSpec } from "./key-record.js";
import { overwrite, restore } from "./restore.js";
import { returns, revokedAlready, revokedBytes, type RevokedBytes } from "./revoked-key.js";
import { compareSpecs } from "./risk.js";
import { operatorKeySpec } from "./spec.js";
import { emptyOutcome, type Outcome, type Step } from "./step.js";

/** Why a key is revoked, or null while it is not. */
function causeOf(
  key: DesiredOperatorKey,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Pick<DesiredRevocation, "reason" | "incident"> | null {
  const requested = revocations.get(key.keyId);
  if (requested !== undefined) return requested;
  if (key.state !== "compromised") return null;
  return {
    reason: key.since === null ? "compromised" : `compromised:${key.since}`,
    incident: null,
  };
}

/** Compares the operator keys with the state. */
export function diffKeys(
  context: PlanContext,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Outcome {
  const outcome = emptyOutcome();
  const applied = inventoryOf(context, "OperatorKey");
  const revoked = revokedBytes(context, revocations);
  const desiredIds = new Set(context.desired.operatorKeys.map((key) => key.keyId));
  for (const key of context.desired.operatorKeys) {
    const entry = applied.get(key.name) ?? null;
    if (
      entry !== null &&
      entry.objectId !== key.keyId &&
      !(entry.live && desiredIds.has(entry.objectId)) &&
      !applied.has(tombstoneName(entry))
    ) {
      const cause = revocations.get(entry.objectId) ?? REMOVED;
      revoke(context, outcome, entry, cause, tombstoneName(entry));
    }
    const own = entry?.objectId === key.keyId ? entry : null;
    compare(context, outcome, key, own, revocations, revoked);
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
    } else revoke(context, outcome, entry, revocations.get(entry.objectId) ?? REMOVED);
  }
  strangers(context, outcome, applied, revocations);
  return outcome;
}

function compare(
  context: PlanContext,
  outcome: Outcome,
  key: DesiredOperatorKey,
  entry: InventoryEntry | null,
  revocations: ReadonlyMap<string, DesiredRevocation>,
  revoked: RevokedBytes,
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
  const stored = context.index.keys.get(key.keyId);
  const standing = stored === undefined ? null : recordSpec(stored);
  if (context.index.revokedKeys.has(key.keyId)) {
    revokedAlready(context, outcome, key, entry, record(false));
    return;
  }
  const before = entry === null ? null : appliedSpec(entry);
  const cause = causeOf(key, revocations);
  if (cause === null && returns(context, outcome, key, revoked)) return;
  const fields = before === null ? [] : compareSpecs("OperatorKey", before, spec);
  if (entry?.live === false && cause === null) {
    revokeAgain(context, outcome, key.name, key.keyId);
    return;
  }
  if (cause !== null) {
    const { reason, incident } = cause;
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
      steps: [
        // The bytes that stand are what is revoked: no others are written over them.
        ...(stored === undefined || stored.publicKey === key.publicKey ? [put] : []),
        { do: "revoke_operator_key", keyId: key.keyId, reason, incident },
        record(false),
      ],
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
  if (before !== null && entry.specJson !== canonicalJson(spec)) {
    const retired = key.state === "retired" && before["state"] === "active";
    const { since: _since, ...known } = before;
    const addRisk = key.state === "active" ? "widens" : "keeps";
    const judged = overwrite(about, standing, known, recordSpec(keyRecord(key)), addRisk);
    outcome.drift.push(...judged.drift);
    const action = retired ? "retire" : "update";
    outcome.planned.push({
      change: change({
        ...about,
        action,
        reason: retired ? "key_retired" : "spec_changed",
        risk: judged.risk,
        before: judged.before,
        after: spec,
        fields: judged.fields,
      }),
      steps: [put, record(true)],
    });
    return;
  }
  const restored = restore(context, about, standing, recordSpec(keyRecord(key)));
  if (restored === null) return;
  outcome.drift.push(restored.drift);
  if (restored.change !== null) {
    outcome.planned.push({ change: restored.change, steps: [put, record(true)] });
  }
}

const REMOVED = { reason: "removed_from_desired_state", incident: null } as const;

function revoke(
  context: PlanContext,
  outcome: Outcome,
  entry: InventoryEntry,
  { reason, incident }: Pick<DesiredRevocation, "reason" | "incident">,
  recordedAs = entry.name,
): void {
  const done =
    !entry.live ||
    context.index.revokedKeys.has(entry.objectId) ||
    // Revoked by a plan whose new key waits: if somebody took that back, it is revoked again as a tombstone.
    inventoryOf(context, "OperatorKey").has(tombstoneName(entry));
  const tombstone: Step = { do: "record", entry: { ...entry, name: recordedAs, live: false } };
  outcome.planned.push({
    change: change({
      action: done ? "record" : "remove",
      kind: "OperatorKey",
      name: entry.name,
      id: entry.objectId,
      reason: reason === REMOVED.reason ? reason : "revocation_requested",
      risk: done ? "keeps" : "reduces",
      before: appliedSpec(entry),
    }),
    steps: done
      ? [tombstone]
      : [{ do: "revoke_operator_key", keyId: entry.objectId, reason, incident }, tombstone],
  });
}

/**
 * Under what name the inventory keeps a revoked key whose resource bears another key id. No resource has such a name, since
 * `#` stands in no DNS label.
 */
function tombstoneName({ name, objectId }: InventoryEntry): string {
  return `${name}#${objectId}`;
}

/** A key whose revocation somebody took back outside git. */
function revokeAgain(context: PlanContext, outcome: Outcome, name: string, keyId: string): void {
  const disposition = context.policy.selfHeal === "off" ? "report" : "revoke";
  outcome.drift.push(
    drift({ class: "reactivated", kind: "OperatorKey", name, id: keyId, disposition }),
  );
  if (disposition === "report") return;
  outcome.planned.push({
    change: change({
      action: "revoke",
      kind: "OperatorKey",
      name,
      id: keyId,
      reason: "drift_reactivated",
      risk: "reduces",
    }),
    steps: [
      { do: "revoke_operator_key", keyId, reason: "reactivated_out_of_band", incident: null },
    ],
  });
}

/** Keys in the state that no resource asked for are grants made outside git. */
function strangers(
  context: PlanContext,
  outcome: Outcome,
  applied: ReadonlyMap<string, InventoryEntry>,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): void {
  // Tombstones last: what was revoked once is revoked, whatever other entry names it.
  const entries = new Map(
    [...applied.values()]
      .toSorted((left, right) => Number(right.live) - Number(left.live))
      .map((entry) => [entry.objectId, entry]),
  );
  const revocationsApplied = inventoryOf(context, "Revocation");
  const desired = new Set(context.desired.operatorKeys.map((key) => key.keyId));
  for (const { keyId } of context.snapshot.operatorKeys) {
    const entry = entries.get(keyId);
    if (context.index.revokedKeys.has(keyId) || desired.has(keyId) || entry?.live === true)
      continue;
    if (entry !== undefined) {
      revokeAgain(context, outcome, entry.name, keyId);
      continue;
    }
    const requested = revocations.get(keyId);
    // The Revocation itself revokes it when it is first applied.
    if (requested !== undefined && !revocationsApplied.has(requested.name)) continue;
    const disposition = context.policy.selfHeal === "off" ? "report" : "revoke";
    outcome.drift.push(
      drift({ class: "unmanaged", kind: "OperatorKey", name: null, id: keyId, disposition }),
    );
    if (disposition === "report") continue;
    outcome.planned.push({
      change: change({
        action: "revoke",
        kind: "OperatorKey",
        name: keyId,
        id: keyId,
        reason: "drift_unmanaged",
        risk: "reduces",
      }),
      steps: [{ do: "revoke_operator_key", keyId, reason: "not_in_desired_state", incident: null }],
    });
  }
}
