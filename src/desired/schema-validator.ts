/** The schemas of `schemas/`, compiled one kind at a time and only when a document must be checked. */
import { createRequire } from "node:module";
import type * as ajvModule from "ajv/dist/2020.js";
import type { Ajv2020, AnySchemaObject, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { Kind, SpecOf } from "../model/resources.js";

export const API_VERSION = "concordat/v1";

/** A document that its kind's schema accepts. */
export type ResourceDocument = {
  readonly [K in Kind]: {
    readonly apiVersion: typeof API_VERSION;
    readonly kind: K;
    readonly metadata: { readonly name: string };
    readonly spec: SpecOf[K];
  };
}[Kind];

export type Checked =
  | { readonly isValid: true; readonly document: ResourceDocument }
  | { readonly isValid: false; readonly errors: readonly ErrorObject[] };

export const SCHEMA_FILES: Readonly<Record<Kind, string>> = {
  Authority: "authority.schema.json",
  OperatorKey: "operator-key.schema.json",
  Sovereign: "sovereign.schema.json",
  RecognitionTreaty: "recognition-treaty.schema.json",
  MembershipAttestation: "membership-attestation.schema.json",
  Revocation: "revocation.schema.json",
  RevocationFeed: "revocation-feed.schema.json",
  RecognitionPolicy: "recognition-policy.schema.json",
};

const DEFINITIONS = "definitions.schema.json";

// Loading ajv and compiling a schema costs more than a whole cached plan, so both wait for the first document.
// `require` can do that in a synchronous function; the schemas are data of this package, as a module would be.
const load = createRequire(import.meta.url);
const validators = new Map<Kind, ValidateFunction<ResourceDocument>>();
let compiler: Ajv2020 | null = null;

/** Checks a document against the schema of its kind, and lists every fault. */
export function checkDocument(kind: Kind, value: unknown): Checked {
  let validate = validators.get(kind);
  if (validate === undefined) {
    compiler ??= createCompiler();
    validate = compiler.compile<ResourceDocument>(loadSchema(SCHEMA_FILES[kind]));
    validators.set(kind, validate);
  }
  return validate(value)
    ? { isValid: true, document: value }
    : { isValid: false, errors: validate.errors ?? [] };
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
