/** Files that abort, stall or mislead a YAML reader that is not prepared for them (docs/threats.md Y1 to Y3). */
import type { DiagnosticCode } from "../../../src/desired/diagnostic-codes.js";

const DEEP = 100_000;

function nested(open: string, times: number): string {
  return `a: ${open.repeat(times)}`;
}

function indented(line: string, times: number): string {
  return Array.from({ length: times }, (_, depth) => `${" ".repeat(depth)}${line}\n`).join("");
}

function billionLaughs(levels: number): string {
  const lines = ["a0: &a0 lol"];
  for (let level = 1; level <= levels; level += 1) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ");
    lines.push(`a${level}: &a${level} [${aliases}]`);
  }
  return `${lines.join("\n")}\n`;
}

function numbered(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

/** By name: the text, and the code it is refused with. */
export const POISONED: Readonly<Record<string, readonly [text: string, code: DiagnosticCode]>> = {
  ...Object.fromEntries(
    [1500, 5000, DEEP].flatMap((times): [string, readonly [string, DiagnosticCode]][] => [
      [`${times} open lists`, [nested("[", times), "depth"]],
      [`${times} open maps`, [nested("{a: ", times), "depth"]],
      [`${times} compact sequences`, [`${"- ".repeat(times)}a`, "depth"]],
      [`${times} explicit keys`, [`${"? ".repeat(times)}a`, "depth"]],
      [`${times} closed lists`, [nested("[", times) + "]".repeat(times), "depth"]],
    ]),
  ),
  "700 indented maps": [indented("a:", 700), "depth"],
  "700 indented sequences": [indented("-", 700), "depth"],
  "lists as keys": [`${"[".repeat(40)}${"]: a".repeat(40)}`, "depth"],
  "a bomb of aliases": [billionLaughs(30), "alias_forbidden"],
  "an alias of itself": ["a: &a [*a]\n", "alias_forbidden"],
  "20,000 keys": [numbered(20_000, (index) => `k${index}: 1\n`), "limit"],
  "20,000 keys in one line": [`{${numbered(20_000, (index) => `k${index}: 1,`)}}`, "limit"],
  "20,000 documents": ["---\na: 1\n".repeat(20_000), "limit"],
  "80,000 anchors": ["&a ".repeat(80_000), "alias_forbidden"],
  "80,000 closing brackets": ["]".repeat(80_000), "yaml_syntax"],
  "an open quote": [`a: "${"\\n".repeat(100_000)}`, "yaml_syntax"],
};
