/** Compiles the schemas of `schemas/`, and only when a document must be checked. */
import { createRequire } from "node:module";
import type * as ajvModule from "ajv/dist/2020.js";
import type { Ajv2020, AnySchemaObject, ValidateFunction } from "ajv/dist/2020.js";

const DEFINITIONS = "definitions.schema.json";

// Loading ajv and compiling a schema costs more than a whole cached plan, so both wait for the first document.
// `require` can do that in a synchronous function; the schemas are data of this package, as a module would be.
const load = createRequire(import.meta.url);
let compiler: Ajv2020 | null = null;

/** A validator that lists every fault, for a file of `schemas/`. */
export function compileSchema<T>(file: string): ValidateFunction<T> {
  compiler ??= createCompiler();
  return compiler.compile<T>(loadSchema(file));
}

function createCompiler(): Ajv2020 {
  const library: unknown = load("ajv/dist/2020.js");
  if (!isAjv(library)) throw new TypeError("ajv/dist/2020.js exports no Ajv2020");
  // `verbose` puts the part of the schema that was broken into each error: its title says what is asked for.
  // `strictRequired` would refuse `required` in the branches of a condition.
  const ajv = new library.Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
  });
  return ajv.addSchema(loadSchema(DEFINITIONS), DEFINITIONS);
}

function loadSchema(file: string): AnySchemaObject {
  const schema: unknown = load(`../../schemas/${file}`);
  if (!isSchema(schema)) throw new TypeError(`schemas/${file} is not an object`);
  return schema;
}

function isAjv(library: unknown): library is typeof ajvModule {
  return typeof library === "function" && "Ajv2020" in library;
}

function isSchema(value: unknown): value is AnySchemaObject {
  return typeof value === "object" && value !== null;
}
