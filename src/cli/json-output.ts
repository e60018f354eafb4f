/** What `--json` asks for, and what it prints. */
import { prettyJson } from "../protocol/canonical.js";
import { typedJson } from "../protocol/typed-json.js";

/** The document that `--json` prints: sorted keys, two spaces, a line break at the end. */
export function jsonText(value: unknown): string {
  return `${prettyJson(typedJson(value))}\n`;
}

/** Whether --json stands before any `--`: it must count even when the rest of the line cannot be parsed. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes("--json");
}
