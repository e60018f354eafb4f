/** Does what an admin request asks: its nonce, its effect and its audit events are one transaction. */
import type { Recorded } from "../apply/batch.js";
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import type { AdminAction, AdminAnswer, AdminGrants, AdminRequest } from "../model/admin.js";
import type { Note } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateWriter } from "../state/writer.js";
import { callerKey, reaches } from "./authorize.js";
import { decide } from "./decide.js";
import { askedBy, type Outcome } from "./outcome.js";
import { receiptOf, RecordedRefusal } from "./receipt.js";

export interface AdminTools {
  readonly writer: StateWriter;
  readonly grants: AdminGrants;
  readonly clock: () => Instant;
  readonly key: () => PrivateKey;
  readonly random: (length: number) => Uint8Array;
}

export interface Performed {
  /** Null when nothing has changed. */
  readonly generation: number | null;
  readonly answer: AdminAnswer;
  /** As an `AdminReply` has it. */
  readonly receipt: string | null;
}

/** How often a request begins again because another program has written to the state. */
const ROUNDS = 3;

/**
 * Decides and commits without a pause in between. What is refused is written down too, and its nonce is spent; but not where
 * the key or the nonce itself is refused, nor where the fault is on this side. Throws AppError `operator_key_refused`,
 * `admin_request_stale`, `nonce_replayed`, `insufficient_operator_tier`, whatever the action is refused with, and as `commit`.
 */
export function performAdmin(tools: AdminTools, request: AdminRequest): Performed {
  return untilNotStale(() => performOnce(tools, request));
}

/** Begins again while another program writes in between. */
export function untilNotStale<T>(perform: () => T): T {
  for (let round = 1; ; round += 1) {
    try {
      return perform();
    } catch (error) {
      const isStale = error instanceof AppError && error.code === "stale_plan";
      if (!isStale || round === ROUNDS) throw error;
    }
  }
}

function performOnce(tools: AdminTools, request: AdminRequest): Performed {
  const { writer, clock, random } = tools;
  const { caller } = request;
  const now = clock();
  const generation = writer.generation();
  const { operations, notes, events, result } = judge(tools, request, now);
  const { keyId, nonce, requestedAt } = caller;
  const claim: Note = {
    do: "claim_nonce",
    claim: { keyId, nonce, requestedAt, at: fromInstant(now) },
  };
  const legacy = legacyUse(request);
  const batch = {
    operations,
    notes: [claim, ...notes],
    events: [...legacy, ...events].map(({ type, details }) =>
      auditEvent(type, details, now, random(16)),
    ),
    applied: null,
  };
  if (operations.length === 0) writer.note(batch.notes, batch.events);
  const made = operations.length === 0 ? null : writer.commit(batch, { generation });
  // What was asked for comes first; what follows from it comes behind.
  const receipt = receiptOf(writer.log(), batch.events[legacy.length]?.event_id);
  if (result instanceof AppError)
    throw receipt === null ? result : new RecordedRefusal(result, receipt);
  return { generation: made, answer: result, receipt };
}

function judge(tools: AdminTools, request: AdminRequest, now: Instant): Outcome {
  const { writer, grants, key, random } = tools;
  const { caller, action, requiredTier } = request;
  const { tier } = callerKey(writer, caller, now);
  const authority = writer.authority();
  if (authority === null) throw new AppError("service_not_ready", "nothing was applied yet");
  if (!reaches(tier, requiredTier)) {
    const reason = "insufficient_operator_tier";
    const message = `This operation requires the ${requiredTier} operator tier.`;
    const tiers = { holder_tier: tier, required_tier: requiredTier };
    const details = { key_id: caller.keyId, reason, ...tiers, remote_addr: caller.remoteAddress };
    const event: Recorded = { type: "admin_authz_denied", details };
    return refusal(new AppError(reason, message), event);
  }
  try {
    return decide(action, { state: writer, authority, asker: caller, grants, now, key, random });
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const details = { action: asked(action), reason: error.code, ...askedBy({ asker: caller }) };
    return refusal(error, { type: "admin_request_refused", details });
  }
}

function asked(action: AdminAction): string {
  return action.action === "refuse" ? action.asked : action.action;
}

function refusal(error: AppError, event: Recorded): Outcome {
  return { operations: [], notes: [], events: [event], result: error };
}

/** Version 1 binds neither method nor path (protocol.md 7), so each use of it is written down. */
function legacyUse({ caller, action }: AdminRequest): readonly Recorded[] {
  if (caller.signatureVersion !== 1) return [];
  const details = { action: asked(action), ...askedBy({ asker: caller }) };
  return [{ type: "admin_legacy_signature_used", details }];
}
