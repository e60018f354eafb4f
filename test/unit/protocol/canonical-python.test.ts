import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonFloat } from "../../../src/model/json.js";
import type { JsonValue } from "../../../src/model/json.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { isJsonArray } from "../../../src/protocol/json.js";
import { jsonValues } from "./json-values.js";

const VALUES = 4000;
const PROGRAM = join(import.meta.dirname, "canonical-json.py");

test("canonical JSON equals Python's json.dumps on generated values", ({ skip }) => {
  skip(
    spawnSync("python3", ["-c", "match 1:\n case _: pass"]).status !== 0,
    "needs python3, 3.10 or newer",
  );
  const values = fc.sample(jsonValues, { numRuns: VALUES, seed: 1 });
  const input = values.map((value) => `${JSON.stringify(tagged(value))}\n`).join("");
  const run = spawnSync("python3", [PROGRAM], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  expect(run.stderr).toBe("");
  const lines = run.stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(VALUES);
  const different = values
    .map((value, index) => [canonicalJson(value), lines[index]])
    .filter(([ours, theirs]) => ours !== theirs);
  expect(different).toEqual([]);
});

/** Floats as their bytes, integers as decimal text, strings as UTF-8 in hex: exact, whatever reads the JSON around them. */
function tagged(value: JsonValue): unknown {
  if (value === null) return ["null", null];
  if (typeof value === "boolean") return ["boolean", value];
  if (typeof value === "string") return ["text", hex(value)];
  if (typeof value === "number" || typeof value === "bigint") return ["integer", String(value)];
  if (value instanceof JsonFloat) return ["float", floatHex(value.value)];
  if (isJsonArray(value)) return ["array", value.map(tagged)];
  return ["object", Object.entries(value).map(([key, member]) => [hex(key), tagged(member)])];
}

function hex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}

function floatHex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}
