/** What the process that serves asks of the controller for others. None of it waits for a pass: a fetch may take long. */
import { performLocal } from "../admin/perform-local.js";
import { performAdmin } from "../admin/perform.js";
import { auditEvent } from "../audit/events.js";
import type { AdminReply, AdminRequest, LocalAnswer, LocalRequest } from "../model/admin.js";
import type { Occurrence } from "../model/controller.js";
import type { ControllerPorts } from "./ports.js";

/**
 * What was done is committed before it is answered. It is served from then on, for a reader asks for the newest generation;
 * the next pass has it built beforehand, once for a burst of requests. Throws as `performAdmin`.
 */
export function answerAdmin(
  { writer, adminGrants: grants, clock, key, random }: ControllerPorts,
  request: AdminRequest,
): AdminReply {
  const { answer, receipt } = performAdmin({ writer, grants, clock, key, random }, request);
  return { ...answer, receipt };
}

/** As `answerAdmin`, for an operator at the host. Throws as `performLocal`. */
export function actLocally(
  { writer, clock, key, random }: ControllerPorts,
  request: LocalRequest,
): LocalAnswer {
  return performLocal({ writer, clock, key, random }, request);
}

/** Throws as `note` of the writer. */
export function recordOccurrences(
  { writer, clock, random }: ControllerPorts,
  occurrences: readonly Occurrence[],
): void {
  if (occurrences.length === 0) return;
  const now = clock();
  const events = occurrences.map(({ type, details }) => auditEvent(type, details, now, random(16)));
  writer.note([], events);
}
