/** The result of an apply as text. */
import type { ApplyReport } from "../apply-report.js";
import { summaryText } from "./plan.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";

/** Nothing when nothing was applied: the plan has said "No changes." */
export function renderApplied(report: ApplyReport, paint: Paint): string {
  if (!report.applied) return "";
  const feed =
    report.feed_sequence === null ? "" : `; revocation feed ${report.feed_sequence} published`;
  return [
    "",
    `${paint("green", "APPLIED")}  ${summaryText(report.plan.summary)}`,
    `         ${plural(report.events, "audit event")}${feed}`,
    `state   ${report.state_digest}`,
    "",
  ].join("\n");
}
