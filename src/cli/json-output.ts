/** What `--json` asks for, and the one place where a typed value becomes what it prints. */
import { JsonFloat } from "../model/json.js";
import type { JsonValue } from "../model/json.js";
import { AppError } from "../errors.js";
import { prettyJson } from "../protocol/canonical.js";

/**
 * A typed result as a JSON value. Members that are `undefined` are left out, as JSON.stringify does; exact integers and
 * floats are kept as they are. Throws AppError `internal` for what JSON has no form for.
 */
function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "number":
      return Number.isSafeInteger(value) ? value : new JsonFloat(value);
    case "object":
      return value === null || value instanceof JsonFloat ? value : members(value);
    default:
      throw new AppError("internal", `a result holds a ${typeof value}`);
  }
}

function members(value: object): JsonValue {
  if (Array.isArray(value)) return value.map(toJson);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, toJson(member)]));
}

/** The document that `--json` prints: sorted keys, two spaces, a line break at the end. */
export function jsonText(value: unknown): string {
  return `${prettyJson(toJson(value))}\n`;
}

/** Whether --json stands before any `--`: it must count even when the rest of the line cannot be parsed. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes("--json");
}
