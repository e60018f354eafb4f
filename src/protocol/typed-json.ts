/** A typed value as JSON. */
import { AppError } from "../errors.js";
import { JsonFloat, type JsonValue } from "../model/json.js";

/**
 * Members that are `undefined` are left out, as JSON.stringify does; exact integers and floats are kept as they are.
 * Throws AppError `internal` for what JSON has no form for.
 */
export function typedJson(value: unknown): JsonValue {
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
  if (Array.isArray(value)) return value.map(typedJson);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, typedJson(member)]));
}
