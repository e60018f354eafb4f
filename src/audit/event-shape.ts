/** Whether a value is an audit event. */
import type { LoggedEvent } from "../protocol/log/committed.js";

export function isEvent(value: unknown): value is LoggedEvent {
  return (
    isObject(value) &&
    typeof value["event_id"] === "string" &&
    typeof value["event_type"] === "string" &&
    typeof value["created_at"] === "string" &&
    isObject(value["details"])
  );
}

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
