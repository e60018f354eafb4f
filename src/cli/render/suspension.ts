/** Whether git is followed, as text: what suspend and resume leave behind. */
import type { ControllerStatus } from "../../model/controller.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import { visible } from "./visible.js";
import { wayOutLines } from "./way-out.js";

export function renderSuspension({ suspension, conditions }: ControllerStatus): string {
  if (suspension !== null) {
    const { until, by, reason } = suspension;
    const end = until === null ? "until concordat resume" : `until ${toSecond(until)}`;
    return `${hanging("SUSPENDED  ", `${end}, by ${visible(by)}: ${visible(reason)}`).join("\n")}\n`;
  }
  const ready = conditions.find((condition) => condition.type === "Ready");
  const verdict = ready?.status === "True" ? "READY" : "NOT READY";
  const said = hanging(`FOLLOWING GIT  ${verdict}  `, visible(ready?.message ?? ""));
  const ways = ready === undefined || ready.status === "True" ? [] : wayOutLines(ready.reason);
  return `${[...said, ...ways].join("\n")}\n`;
}
