/** One field before and after, in words short enough for a line. */
import { JsonFloat } from "../../model/json.js";
import type { JsonValue } from "../../model/json.js";
import type { FieldChange } from "../../model/plan.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { duration } from "./duration.js";
import { visible } from "./visible.js";

/** `tier: standard -> privileged`, or `allowed_roles: +role:operator` where sets of text differ. */
export function fieldChangeText(field: FieldChange): string {
  const name = fieldName(field.path);
  const before = texts(field.before);
  const after = texts(field.after);
  if (before !== null && after !== null && before.length > 0 && after.length > 0) {
    const gone = before.filter((item) => !after.includes(item)).map((item) => `-${visible(item)}`);
    const come = after.filter((item) => !before.includes(item)).map((item) => `+${visible(item)}`);
    return `${name}: ${[...gone, ...come].join(" ")}`;
  }
  return `${name}: ${valueText(field.path, field.before)} -> ${valueText(field.path, field.after)}`;
}

/** The JSON pointer of a field in the form that people write: `validity.seconds`. */
export function fieldName(path: string): string {
  const parts = path.split("/").slice(1);
  return visible(parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join("."));
}

/** Fields that hold seconds. */
const SECONDS = /(seconds|max_age|max_validity\/[a-z]+)$/;

/** A value as it reads best: durations in days, an absent value as `none`, no roles at all as the wildcard it may be. */
export function valueText(path: string, value: JsonValue): string {
  if (value === null) return "none";
  if (path.endsWith("allowed_roles") && Array.isArray(value) && value.length === 0)
    return "any role";
  if (SECONDS.test(path) && typeof value === "number") return duration(value);
  const items = texts(value);
  if (items !== null) return items.length === 0 ? "none" : items.map(visible).join(", ");
  if (typeof value === "string") return visible(value);
  return visible(
    value instanceof JsonFloat || typeof value === "object" ? canonicalJson(value) : String(value),
  );
}

function texts(value: JsonValue): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.filter((item) => typeof item === "string");
  return items.length === value.length ? items : null;
}
