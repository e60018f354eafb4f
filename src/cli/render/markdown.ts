/** Markdown that no name or message can break out of. */
import { visible } from "./visible.js";

/**
 * Any text as a code span, where no mention, link, picture or HTML comes alive. The fence is one backtick longer than
 * any run inside (CommonMark 6.1).
 */
export function code(text: string): string {
  const shown = visible(text);
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return shown === "" ? "" : `${fence}${pad}${shown}${pad}${fence}`;
}

export function heading(text: string): string {
  return `#### ${text}\n\n`;
}
