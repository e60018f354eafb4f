/** Canonical JSON: the exact bytes that are signed (protocol.md 1). */
import { AppError } from "../errors.js";
import { JsonFloat } from "../model/json.js";
import type { JsonValue } from "../model/json.js";
import { sortByCodePoints } from "./code-points.js";
import { MAX_DEPTH, MAX_INTEGER, MIN_INTEGER } from "./json-limits.js";
import { pythonFloat } from "./python-float.js";

/** Printable ASCII without the quote and the backslash: needs no escape. */
const PLAIN = /^[ !#-[\]-~]*$/;
const TO_ESCAPE = /[^ !#-[\]-~]/g;

/** Member names recur in document after document, so their quoted form with the colon is remembered. */
const memberNames = new Map<string, string>();
const MAX_MEMBER_NAMES = 4096;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\f", "\\f"],
  ["\r", "\\r"],
]);

/**
 * Writes a value exactly as Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))` does.
 * Throws AppError `lone_surrogate`, `non_finite_number`, `integer_out_of_range`, `negative_zero`, or `invalid_json`
 * for anything that is not JSON: it never repairs.
 */
export function canonicalJson(value: JsonValue): string {
  return compact(value, 0);
}

/** The same scalars and key order, on lines indented by two spaces, for files that people read. Throws as `canonicalJson`. */
export function prettyJson(value: JsonValue): string {
  return pretty(value, 0);
}

// Both writers take `unknown` and check it, for a signature over a value that only the compiler checked is no proof.

function compact(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (value instanceof JsonFloat) return float(value);
  enter(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    let text = `[${compact(value[0], depth + 1)}`;
    for (let i = 1; i < value.length; i++) text += `,${compact(value[i], depth + 1)}`;
    return `${text}]`;
  }
  if (!isPlain(value)) throw notPlain();
  let text = "{";
  for (const key of sortByCodePoints(Object.keys(value))) {
    if (text.length > 1) text += ",";
    text += memberName(key) + compact(value[key], depth + 1);
  }
  return `${text}}`;
}

function pretty(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (value instanceof JsonFloat) return float(value);
  enter(depth);
  const outer = "\n" + "  ".repeat(depth);
  const inner = `${outer}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${value.map((item) => inner + pretty(item, depth + 1)).join(",")}${outer}]`;
  }
  if (!isPlain(value)) throw notPlain();
  const keys = sortByCodePoints(Object.keys(value));
  if (keys.length === 0) return "{}";
  return `{${keys.map((key) => `${inner}${quote(key)}: ${pretty(value[key], depth + 1)}`).join(",")}${outer}}`;
}

function enter(depth: number): void {
  if (depth >= MAX_DEPTH)
    throw new AppError("invalid_json", `arrays or objects nest more than ${MAX_DEPTH} deep`);
}

/** A Date, a Map or another instance would lose its meaning. */
function isPlain(value: object): value is { readonly [key: string]: unknown } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function notPlain(): AppError {
  return new AppError("invalid_json", "only plain objects are JSON");
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return integer(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      if (value < MIN_INTEGER || value > MAX_INTEGER)
        throw new AppError("integer_out_of_range", `${value} is outside the 64-bit limits`);
      return value.toString();
    default:
      if (value === null) return "null";
      throw new AppError("invalid_json", `${typeof value} is not JSON`);
  }
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) {
    if (!Number.isFinite(value)) throw new AppError("non_finite_number", `${value} is not JSON`);
    // Whether 0.5 is meant as a float is clear, whether 2^53 is meant as an integer is not: both must say so.
    if (Number.isInteger(value))
      throw new AppError("integer_out_of_range", `${value} is not exact; write a bigint`);
    throw new AppError("invalid_json", `${value} is a float; write a JsonFloat`);
  }
  if (Object.is(value, -0)) throw new AppError("negative_zero", "the integer -0");
  return String(value);
}

function float(number: JsonFloat): string {
  if (!Number.isFinite(number.value))
    throw new AppError("non_finite_number", `${number.value} is not JSON`);
  return pythonFloat(number.value);
}

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed())
    throw new AppError("lone_surrogate", "a string holds half of a surrogate pair");
  return `"${text.replace(TO_ESCAPE, escape)}"`;
}

function memberName(key: string): string {
  const known = memberNames.get(key);
  if (known !== undefined) return known;
  const name = `${quote(key)}:`;
  if (memberNames.size < MAX_MEMBER_NAMES && key.length <= 64) memberNames.set(key, name);
  return name;
}

function escape(unit: string): string {
  return SHORT_ESCAPES.get(unit) ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
