/** Compiles every JSON Schema that ships with the package, in strict mode, with its references. */
import { globSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AnySchemaObject } from "ajv/dist/2020.js";

const paths = globSync("schemas/**/*.json").toSorted();
// Conditional branches name what they require without repeating its type.
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
addFormats.default(ajv);

function check(path: string, step: () => unknown): void {
  try {
    step();
  } catch (error) {
    process.stderr.write(`${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

// References between the files are relative to the folder they stand in, as in an editor.
for (const path of paths) {
  const read = (): AnySchemaObject => JSON.parse(readFileSync(path, "utf8")) as AnySchemaObject;
  check(path, () => ajv.addSchema(read(), relative("schemas", path)));
}
for (const path of paths) check(path, () => ajv.getSchema(relative("schemas", path)));
if (paths.length === 0) {
  process.stderr.write("schemas/ holds no schema\n");
  process.exitCode = 1;
}
