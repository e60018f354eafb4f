/** Strict JSON in: text that two parsers could read differently is refused, never repaired (protocol.md 1). */
import { AppError } from "../errors.js";
import { JsonFloat } from "../model/json.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { JsonScanner } from "./json-scanner.js";

// `ignoreBOM` keeps a byte order mark in the text, where the scanner refuses it.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one JSON value from text or UTF-8 bytes. Integers come as `number` while safe, else `bigint`; numbers with a
 * fraction or an exponent as `JsonFloat`; objects have no prototype. Throws AppError with one of the codes `invalid_json`,
 * `duplicate_key`, `non_finite_number`, `integer_out_of_range`, `negative_zero`, `lone_surrogate`: the first in text order.
 */
export function parseJson(text: string | Uint8Array): JsonValue {
  return new JsonScanner(typeof text === "string" ? text : decode(text)).document();
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_json", "the text is not UTF-8", { cause });
  }
}

/** Whether a value is a JSON object, and not an array or a float. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !isJsonArray(value) &&
    !(value instanceof JsonFloat)
  );
}

/** `Array.isArray` for JSON, which keeps the type of the items. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * The same value for consumers that know one kind of number (ajv, `JSON.stringify`). Floats become numbers. Throws
 * AppError `integer_out_of_range` for an integer that a number cannot hold exactly.
 */
export function toPlain(value: JsonValue): unknown {
  if (typeof value === "bigint") {
    throw new AppError("integer_out_of_range", `${value} cannot be held exactly here`, {
      hint: "use integers within ±(2^53 - 1)",
    });
  }
  if (value instanceof JsonFloat) return value.value;
  if (isJsonArray(value)) return value.map(toPlain);
  if (!isJsonObject(value)) return value;
  const plain: Record<string, unknown> = { __proto__: null };
  for (const [key, member] of Object.entries(value)) plain[key] = toPlain(member);
  return plain;
}
