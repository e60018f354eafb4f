/** What is said once the record of an incident is rendered. */
import { relative } from "node:path";
import type { Report } from "../../incident/report/report.js";
import { hanging } from "./columns.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

export function renderReport(
  { title, sections }: Report,
  { paths, altered }: { readonly paths: readonly string[]; readonly altered: readonly string[] },
): string {
  const steps = sections.find((section) => section.title === "Timeline")?.rows.length ?? 0;
  const lines = [
    ...hanging("", visible(title)),
    ...(altered.length === 0
      ? [`Every file is as it was recorded; ${plural(steps, "step")} in the timeline.`]
      : hanging("NOT AS RECORDED: ", visible(altered.join(", ")))),
    ...paths.flatMap((path) => hanging("  ", visible(relative(process.cwd(), path)))),
  ];
  return `${lines.join("\n")}\n`;
}
