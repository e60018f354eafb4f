/** Whether git is followed, as text: what suspend and resume leave behind. */
import type { ControllerStatus } from "../../model/controller.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import { visible } from "./visible.js";
import { wayOutLines } from "./way-out.js";

/** `isRunning`: a controller answers, and follows git unless it is suspended. */
export function renderSuspension(
  { suspension, conditions }: ControllerStatus,
  isRunning: boolean,
): string {
  if (suspension !== null) {
    const { until, by, reason } = suspension;
    const end = until === null ? "until concordat resume" : `until ${toSecond(until)}`;
    return `${hanging("SUSPENDED  ", `${end}, by ${visible(by)}: ${visible(reason)}`).join("\n")}\n`;
  }
  const ready = conditions.find((condition) => condition.type === "Ready");
  const verdict = ready?.status === "True" ? "READY" : "NOT READY";
  const label = isRunning ? "FOLLOWING GIT" : "RESUMED";
  const said = hanging(`${label}  ${verdict}  `, visible(ready?.message ?? ""));
  const ways = ready === undefined || ready.status === "True" ? [] : wayOutLines(ready.reason);
  const next = isRunning ? [] : ["no controller runs; start one with: concordat serve"];
  return `${[...said, ...ways, ...next].join("\n")}\n`;
}
