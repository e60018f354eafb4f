/** What `-v` adds below a change: ids, place in the tree, and every field before and after. */
import type { Change } from "../../model/plan.js";
import { hanging } from "./columns.js";
import { fieldName, valueText } from "./field-change.js";
import { visible } from "./visible.js";

const INDENT = "      ";

export function changeDetails(change: Change): readonly string[] {
  return [
    ...hanging(`${INDENT}id      `, visible(change.id)),
    ...(change.replaces === null ? [] : hanging(`${INDENT}revokes `, visible(change.replaces))),
    ...hanging(`${INDENT}reason  `, change.reason),
    ...(change.source === null
      ? []
      : hanging(`${INDENT}from    `, `${visible(change.source.file)}:${change.source.line}`)),
    ...fields(change),
  ];
}

function fields(change: Change): readonly string[] {
  if (change.fields.length > 0) {
    return change.fields.flatMap((field) => [
      ...hanging(INDENT, `${fieldName(field.path)} (${field.risk})`),
      ...hanging(`${INDENT}  before `, valueText(field.path, field.before)),
      ...hanging(`${INDENT}  after  `, valueText(field.path, field.after)),
    ]);
  }
  return Object.entries(change.after ?? {}).flatMap(([name, value]) =>
    hanging(INDENT, `${visible(name)}: ${valueText(`/${name}`, value)}`),
  );
}
