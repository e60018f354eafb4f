import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";

const VECTORS = join(import.meta.dirname, "../../vectors/yaml");

/** `# ^ code` under a line stands for a fault at the column of the caret; `# @5 code` for one at
 * column 5, and `# @7:5 code` for one on line 7. */
const CARET = /^( *# *)\^ (\w+)$/;
const PLACE = /^ *# @(?:(\d+):)?(\d+) (\w+)$/;

function expectedFaults(text: string): readonly string[] {
  const faults: string[] = [];
  let marked = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, margin, code = ""] = CARET.exec(line) ?? [];
    const [, at = marked, column, other = ""] = PLACE.exec(line) ?? [];
    if (margin !== undefined) faults.push(`${marked}:${margin.length + 1} ${code}`);
    else if (column !== undefined) faults.push(`${at}:${column} ${other}`);
    else marked = index + 1;
  }
  return faults.toSorted();
}

function parseVector(path: string): ReturnType<typeof parseFile> {
  return parseFile(basename(path), "0".repeat(40), readFileSync(path), DEFAULT_LIMITS);
}

test.each(globSync("valid/*.yaml", { cwd: VECTORS }))("%s is accepted", (name) => {
  const { diagnostics, resources } = parseVector(join(VECTORS, name));
  expect(diagnostics).toEqual([]);
  expect(resources.length).toBeGreaterThan(0);
});

test.each(globSync("invalid/*.yaml", { cwd: VECTORS }))("%s is refused where it says", (name) => {
  const path = join(VECTORS, name);
  const { diagnostics } = parseVector(path);
  const found = diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
  expect(found.toSorted()).toEqual(expectedFaults(readFileSync(path, "utf8")));
  expect(diagnostics.map(({ code }) => code)).toContain(
    basename(name, ".yaml").replace(/--.*$/, ""),
  );
});
