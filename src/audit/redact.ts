/** Takes secrets out of what leaves the house (protocol.md 8). */
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonObject } from "../protocol/json.js";

const REDACTED = "<redacted>";

/** The reference's list. A field is hidden when its lower-cased name contains one of these anywhere. */
const SENSITIVE = [
  "admin_signature",
  "body",
  "invite_token",
  "na_private_key",
  "nonce",
  "operator_private_key",
  "private_key",
  "request_body",
  "signature",
  "token",
];

/** The same object with every sensitive field replaced, at every depth. */
export function redact(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      isSensitive(name) ? REDACTED : redactValue(value),
    ]),
  );
}

function redactValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(redactValue);
  return isJsonObject(value) ? redact(value) : value;
}

function isSensitive(name: string): boolean {
  const lowered = name.toLowerCase();
  return SENSITIVE.some((part) => lowered.includes(part));
}
