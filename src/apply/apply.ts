/** A gated plan becomes one batch and one commit: everything is signed and recorded, or nothing is. */
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import type { Desired } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { Plan } from "../model/plan.js";
import type { Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import type { Allowances } from "../plan/gates.js";
import type { Planned } from "../plan/plan.js";
import { fromInstant } from "../protocol/instant.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateWriter } from "../state/writer.js";
import { carryOut, type Recorded } from "./batch.js";
import { reconcileDrift, type DriftChanges } from "./drift-ledger.js";
import { feedPublished, nextFeed } from "./own-feed.js";

export interface ApplyInput {
  readonly desired: Desired;
  readonly snapshot: Snapshot;
  readonly planned: Planned;
  readonly key: PrivateKey;
  readonly now: Instant;
  readonly random: (length: number) => Uint8Array;
  readonly allowances: Allowances;
  /** Who asked for this apply, for the audit; left out or null where nobody did but the tree. */
  readonly requestedBy?: string | null;
}

export interface Applied {
  readonly generation: number;
  /** Sequence of the feed published with this change; null when it stands as it was. */
  readonly feedSequence: number | null;
  readonly events: number;
  readonly drift: DriftChanges;
}

/** Refuses what the gates refuse. The one place where approvals, too, are enforced. */
export function assertApplicable(plan: Plan): void {
  if (plan.verdict !== "refused" && plan.verdict !== "waiting") return;
  const blocking = plan.gates.filter((gate) => gate.status !== "pass");
  const errors = plan.findings.filter((finding) => finding.level === "error");
  throw new AppError("plan_refused", `refused by ${blocking.map((gate) => gate.name).join(", ")}`, {
    hint: errors[0]?.hint ?? blocking[0]?.message ?? "see the plan",
    details: {
      gates: blocking.map((gate) => ({ ...gate })),
      findings: errors.map((finding) => ({
        code: finding.code,
        message: finding.message,
        hint: finding.hint,
      })),
    },
  });
}

function summaryEvent(input: ApplyInput): Recorded {
  const { planned, requestedBy = null } = input;
  const { plan } = planned;
  const details: JsonObject = {
    commit: plan.source.commit,
    tree: plan.source.tree,
    change_digest: plan.change_digest,
    plan_digest: plan.plan_digest,
    state_digest: plan.state_digest,
    policy_digest: plan.policy_digest,
    changes: plan.changes.length,
    allow_removals: input.allowances.removals,
    allow_lost_paths: input.allowances.lostPaths,
    key_id: input.desired.authority.keyId,
    ...(requestedBy !== null && { requested_by: requestedBy }),
  };
  return { type: "plan_applied", details };
}

/**
 * Signs and commits a plan in one transaction with its audit events. A crash before the commit leaves the state as it
 * was, and the same call does the whole again: nothing is half done, so recovery needs no other code.
 * Throws `plan_refused`, `authority_key_mismatch`, `stale_plan`, `writer_fenced`.
 */
export function applyPlan(writer: StateWriter, input: ApplyInput): Applied {
  const { desired, snapshot, planned, key, now, random } = input;
  assertApplicable(planned.plan);
  assertAuthorityKey(key, desired.authority.publicKey);
  const signing = { authority: desired.authority, key, now };
  const { operations, events } = carryOut(planned.steps, signing);
  const feed = nextFeed(snapshot, operations, writer.publishedFeed(), signing, random);
  const published = feed === null ? [] : [feedPublished(feed)];
  const drift = reconcileDrift(writer.openDrift(), planned.plan, true, fromInstant(now));
  const recorded = [...drift.events, ...events, ...published, summaryEvent(input)];
  const generation = writer.commit(
    {
      operations: feed === null ? operations : [...operations, { do: "publish_feed", feed }],
      notes: drift.notes,
      events: recorded.map(({ type, details }) => auditEvent(type, details, now, random(16))),
      applied: {
        commit: planned.plan.source.commit,
        tree: planned.plan.source.tree,
        planDigest: planned.plan.plan_digest,
        at: fromInstant(now),
      },
    },
    { generation: snapshot.generation, digest: snapshot.digest },
  );
  return {
    generation,
    feedSequence: feed === null ? null : Number(feed.body.sequence),
    events: recorded.length,
    drift,
  };
}
