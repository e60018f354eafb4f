/** The verification of a log as text. */
import type { LogFaultCode, Verification } from "../../audit/verification.js";
import { hanging } from "./columns.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

const KEYS = {
  given: "the key that was given",
  state: "the key that stands in the state; give --vkey to depend on no state",
  export: "the key that the export itself names; give --vkey to know whose it is",
} as const;

export function renderAudited(result: Verification, paint: Paint): string {
  const { fault } = result;
  const lines =
    fault === null
      ? [paint("green", "VERIFIED"), ...found(result)]
      : [
          `${paint("red", "REFUSED")}   ${fault.fault}`,
          ...hanging("  ", visible(fault.message)),
          ...hanging("  ", placeOf(result)),
        ];
  return `${lines.join("\n")}\n`;
}

/** The log holds, and the state does not bear it out. */
const OF_STATE: ReadonlySet<LogFaultCode> = new Set([
  "applied_mismatch",
  "document_altered",
  "revocation_undone",
]);

function placeOf({ fault, entries }: Verification): string {
  if (fault !== null && fault.index !== null && OF_STATE.has(fault.fault))
    return `entry ${fault.index} tells; the log holds, and the state was changed: see concordat drift`;
  const before = `${plural(entries, "entry", "entries")} before it`;
  const index = fault?.index ?? null;
  return index === null
    ? "no single entry is at fault"
    : `first bad entry: ${index}; ${before} checked`;
}

function found(result: Verification): readonly string[] {
  const { size, signed_size: signed, key_from: from, source } = result;
  const what = plural(result.entries, "entry", "entries");
  const log = result.origin === null ? "a log without a name" : visible(result.origin);
  const isAlone = source === "database" && result.escrow_size === null && size > 0;
  const waiting = source === "database" ? size - signed : 0;
  return [
    ...hanging("  ", `${what} of ${log}, ${plural(size, "entry", "entries")} in all`),
    ...hanging("  root    ", result.root ?? ""),
    ...(from === null || signed === 0
      ? hanging("  signed  ", "nothing yet: no checkpoint could be verified")
      : hanging("  signed  ", `up to entry ${signed - 1}, by ${KEYS[from]}`)),
    ...(result.vkey === null ? [] : hanging("  vkey    ", visible(result.vkey))),
    ...(waiting > 0 && signed > 0
      ? hanging(
          "          ",
          `${plural(waiting, "entry", "entries")} behind it ${waiting === 1 ? "waits" : "wait"} for a signature: concordat reconcile --once, with the key, signs`,
        )
      : []),
    ...(result.extends.length === 0
      ? []
      : hanging("  extends ", `the earlier checkpoints of size ${result.extends.join(", ")}`)),
    ...(isAlone
      ? hanging("  escrow  ", "none: nothing shows whether the log was longer; give --since")
      : []),
    ...hanging(
      "  values  ",
      `${result.disclosed} compared with their commitments, ${result.hidden} hidden`,
    ),
    ...(source === "database" ? hanging("  state   ", "as the log says it was left") : []),
  ];
}
