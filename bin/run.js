#!/usr/bin/env node
// Starts the program. Every Node since 12 can parse this file, so an old one says what it lacks instead of crashing:
// nothing is imported before the check, because better-sqlite3 ends the process of an older Node without a word.
const NEEDED = [22, 22];

const [major, minor] = process.versions.node.split(".").map(Number);

if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  import("../dist/cli/main.js").then((program) => program.main(process.argv.slice(2)));
} else {
  const message = "concordat needs Node 22.22 or newer; this is " + process.version + ".";
  const hint =
    "install a newer Node, or start it with npm: the scripts use the Node that is pinned here";
  if (process.argv.includes("--json")) {
    const error = { code: "unsupported_runtime", message: message, hint: hint, details: null };
    console.log(JSON.stringify({ error: error }, null, 2));
  } else {
    console.error(message + "\nhint: " + hint);
  }
  process.exitCode = 1;
}
