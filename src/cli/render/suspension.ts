/** Whether git is followed, as text: what suspend and resume leave behind. */
import type { ControllerStatus } from "../../model/controller.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import { visible } from "./visible.js";

export function renderSuspension({ suspension, conditions }: ControllerStatus): string {
  if (suspension !== null) {
    const { until, by, reason } = suspension;
    const end = until === null ? "until concordat resume" : `until ${toSecond(until)}`;
    return `${hanging("SUSPENDED  ", `${end}, by ${visible(by)}: ${visible(reason)}`).join("\n")}\n`;
  }
  const ready = conditions.find((condition) => condition.type === "Ready");
  const verdict = ready?.status === "True" ? "READY" : "NOT READY";
  return `${hanging(`FOLLOWING GIT  ${verdict}  `, visible(ready?.message ?? "")).join("\n")}\n`;
}
