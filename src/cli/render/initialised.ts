/** The result of an init as text. */
import { join } from "node:path";
import type { InitReport } from "../init-report.js";
import { hanging } from "./columns.js";
import { commandLines } from "./command-line.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

/** `dir` as it was typed, for the commands to go on with. */
export function renderInit(report: InitReport, dir: string): string {
  const { keys } = report;
  const lines = [
    ...hanging(
      "",
      `Made the trust repository of ${visible(report.sovereign_id)} in ${visible(report.dir)}`,
    ),
    ...hanging("  ", `${plural(report.files.length, "file")}, commit ${report.commit}`),
    "",
    `Private keys, readable by you alone${ignored(report)}:`,
    ...key("authority", keys.authority, "signs treaties at every apply"),
    ...key("operator-root", keys.operator_root, "the first privileged operator"),
    ...key("root", keys.root, "has signed the genesis; move it offline now"),
    "",
    "next:",
    ...commandLines(["cd", dir]),
    ...commandLines(["concordat", "validate"]),
    ...commandLines(["concordat", "plan"]),
    ...commandLines(["concordat", "apply"]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Elsewhere git does not see them at all. */
function ignored({ dir, keys }: InitReport): string {
  return keys.authority === join(dir, ".concordat/keys/authority.key") ? " and ignored by git" : "";
}

function key(name: string, path: string, duty: string): readonly string[] {
  return [...hanging("  ", `${name}: ${duty}`), ...hanging("    ", visible(path))];
}
