/** Writes audit events the way the reference's `managed audit-export` does, byte for byte. */
import type { JsonObject } from "../model/json.js";
import { prettyJson } from "../protocol/canonical.js";
import type { EventFilter } from "../state/audit-events.js";
import type { StateReader } from "../state/reader.js";
import { redact } from "./redact.js";

export type ExportFormat = "jsonl" | "json";

/**
 * Redacted events, oldest first: one JSON object a line, or one JSON array. The text comes in pieces of one event, so that a
 * long log need not fit into memory. Throws AppError `bad_time` for the filter, `state_corrupt` for an unreadable event.
 */
export function exportAudit(
  reader: Pick<StateReader, "auditEvents">,
  filter: EventFilter,
  format: ExportFormat,
): Iterable<string> {
  const events = reader.auditEvents(filter);
  return format === "jsonl" ? lines(events) : array(events);
}

function* lines(events: Iterable<JsonObject>): Generator<string> {
  for (const event of events) yield `${oneLine(event)}\n`;
}

function* array(events: Iterable<JsonObject>): Generator<string> {
  let isEmpty = true;
  for (const event of events) {
    yield `${isEmpty ? "[" : ","}\n  ${prettyJson(redact(event)).replaceAll("\n", "\n  ")}`;
    isEmpty = false;
  }
  yield isEmpty ? "[]\n" : "\n]\n";
}

/** Python's one-line form has a space after each comma and colon. No string holds a raw line break, so all are layout. */
function oneLine(event: JsonObject): string {
  return prettyJson(redact(event)).replace(/(,?)\n */g, (_, comma: string) =>
    comma === "" ? "" : ", ",
  );
}
