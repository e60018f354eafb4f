/** Makes audit events (protocol.md 8). */
import type { AuditEvent, AuditEventType } from "../model/audit.js";
import type { JsonObject } from "../model/json.js";
import type { Instant } from "../model/time.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { uuid4 } from "../protocol/uuid.js";

/** `details` hold ids, digests and reasons, never payloads. `random` is 16 bytes, which become the event's id. */
export function auditEvent(
  type: AuditEventType,
  details: JsonObject,
  at: Instant,
  random: Uint8Array,
): AuditEvent {
  return {
    event_id: uuid4(random),
    event_type: type,
    details,
    created_at: toOffsetForm(fromInstant(at)),
  };
}
