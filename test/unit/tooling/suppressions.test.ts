/** No file silences the compiler or the linter. */
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SILENCED = /(oxlint|eslint)-(disable)|@ts-(ignore|nocheck|expect-error)/;

test("every check stays on in every file", () => {
  const files = globSync(["*.ts", "{bench,scripts,src,test}/**/*.ts", "bin/*.js"]);
  expect(files).toContain("src/errors.ts");
  expect(files.filter((file) => SILENCED.test(readFileSync(file, "utf8")))).toEqual([]);
});
