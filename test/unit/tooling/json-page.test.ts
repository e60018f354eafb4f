/** docs/json.md names every command, and a schema for each that is there. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const ROWS = readFileSync(join(ROOT, "docs/json.md"), "utf8")
  .split("\n")
  .filter((line) => line.includes(".schema.json"))
  .map((line) => line.split("|").slice(1, 3).map(quoted));

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");
}

test("every command has a row, and every row has its schema", () => {
  const commands = globSync("**/*.ts", { cwd: join(ROOT, "src/cli/commands") })
    .map((path) => path.replace(/(?:\/index)?\.ts$/, "").replaceAll("/", " "))
    .toSorted();
  expect(ROWS.flatMap(([named = []]) => named).toSorted()).toEqual(commands);
  const schemas = ROWS.flatMap(([, files = []]) => files);
  expect(schemas.filter((name) => !existsSync(join(ROOT, "schemas/cli", name)))).toEqual([]);
});
