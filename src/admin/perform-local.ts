/** Does at once what an operator at the host asks: its effect and its audit events are one transaction. */
import type { LocalAction, LocalAnswer, LocalRequest } from "../model/admin.js";
import type { Recorded } from "../apply/batch.js";
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import { decide } from "./decide.js";
import { askedBy, type Outcome, type Situation } from "./outcome.js";
import { untilNotStale, type AdminTools } from "./perform.js";
import { suspendFeed } from "./suspend-feed.js";

export type LocalTools = Omit<AdminTools, "grants">;

/**
 * No signature is asked for: whoever may open the state, or the socket of its controller, may take trust away. What is refused
 * is written down too. Throws AppError `service_not_ready`, whatever the action is refused with, and as `commit`.
 */
export function performLocal(tools: LocalTools, request: LocalRequest): LocalAnswer {
  return untilNotStale(() => performOnce(tools, request));
}

function performOnce(tools: LocalTools, { by, action }: LocalRequest): LocalAnswer {
  const { writer, clock, key, random } = tools;
  const now = clock();
  const generation = writer.generation();
  const authority = writer.authority();
  if (authority === null) throw new AppError("service_not_ready", "nothing was applied yet");
  const asker = { name: by };
  const outcome = judge(action, {
    state: writer,
    authority,
    asker,
    grants: "refuse",
    now,
    key,
    random,
  });
  const { operations, notes, result } = outcome;
  const events = outcome.events.map(({ type, details }) =>
    auditEvent(type, details, now, random(16)),
  );
  if (operations.length > 0)
    writer.commit({ operations, notes, events, applied: null }, { generation });
  else if (notes.length + events.length > 0) writer.note(notes, events);
  if (result instanceof AppError) throw result;
  return { body: result.body, events: events.map((event) => event.event_id) };
}

function judge(action: LocalAction, situation: Situation): Outcome {
  try {
    return action.action === "suspend_feed"
      ? suspendFeed(action, situation)
      : decide(action, situation);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const details = { action: action.action, reason: error.code, ...askedBy(situation) };
    const event: Recorded = { type: "admin_request_refused", details };
    return { operations: [], notes: [], events: [event], result: error };
  }
}
