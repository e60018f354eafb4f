/** A command to copy into a shell, within the columns. */
import { COLUMNS, widthOf } from "./columns.js";
import { visible } from "./visible.js";

const INDENT = "  ";
const BREAK = " \\";
const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** The command on one line, or on several joined by a backslash. A word that alone is wider than a line stays whole. */
export function commandLines(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.map(quoted)) {
    const room = COLUMNS - INDENT.length * (lines.length === 0 ? 1 : 2) - BREAK.length;
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line + BREAK);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((text, index) => INDENT.repeat(index === 0 ? 1 : 2) + text);
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return SAFE.test(word) ? word : `'${visible(word).replaceAll("'", `'\\''`)}'`;
}
