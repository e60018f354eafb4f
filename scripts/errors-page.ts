/** Writes docs/errors.md from the tables in the source (`--write`), or checks that it still says what they say. */
import { readFileSync, writeFileSync } from "node:fs";
import { DIAGNOSTICS } from "../src/desired/diagnostic-codes.ts";
import { ERRORS } from "../src/errors.ts";

const PAGE = "docs/errors.md";

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

const errors = Object.entries(ERRORS).map(([code, { exit, status, hint }]) => [
  `\`${code}\``,
  String(exit),
  String(status),
  hint,
]);

const diagnostics = Object.entries(DIAGNOSTICS).map(([code, { level, means, hint }]) => [
  `\`${code}\``,
  level,
  means,
  hint,
]);

const page = `# Errors

Generated from \`src/errors.ts\` and \`src/desired/diagnostic-codes.ts\`; change those, then run \`npm run fix:errors\`.

An error says what happened, and how to go on. Under \`--json\` it stands on standard output as
\`{"error":{"code","message","hint","details"}}\`; over HTTP it is \`{"error":{"code","message","details","request_id"}}\` with
a status. The code is the contract; the message may change.

## Exit codes

${table(
  ["exit", "means"],
  [
    ["0", "done"],
    ["1", "bad input, or the environment does not allow it"],
    ["2", "changes are pending (`plan --detailed-exitcode`), or the state has drifted"],
    ["3", "a guard refused"],
    ["4", "the plan is stale"],
    ["5", "another process holds the lock"],
    ["6", "integrity: a bad signature, a broken log, a rollback"],
    ["64", "wrong usage of the command line"],
    ["70", "a bug in Concordat"],
  ],
)}

## Codes

${table(["code", "exit", "HTTP", "how to go on"], errors)}

## Diagnostics

What \`concordat validate\` and \`concordat plan\` find in a repository, each with file, line and column. One of level
error makes the whole tree \`validation_failed\`.

${table(["code", "level", "means", "how to go on"], diagnostics)}
`;

if (process.argv.includes("--write")) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, "utf8") !== page) {
  process.stderr.write(`${PAGE} is not what the tables say\nhint: npm run fix:errors\n`);
  process.exitCode = 1;
}
