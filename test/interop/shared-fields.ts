/** What two answers have in common: ours may say more, and what changes from second to second is left out. */

/** Counted from the moment of each answer; and of the succession of keys, which is out of scope (docs/interop.md). */
const NOT_COMPARED = ["seconds_until_expiry", "reissued_from", "superseded_by"];

/** `value` without the fields of objects that `model` does not have. Lists are compared whole. */
export function shared(value: unknown, model: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(model)) {
    const models: readonly unknown[] = model;
    return value.map((item, index) => shared(item, models[index]));
  }
  if (!isObject(value) || !isObject(model)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name in model && !NOT_COMPARED.includes(name))
      .map(([name, member]) => [name, shared(member, model[name])] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
