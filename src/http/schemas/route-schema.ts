/** What the OpenAPI document says of a route, and the words that such descriptions are made of. */
import type { ErrorCode } from "../../errors.js";
import type { JsonObject } from "../../model/json.js";
import type { Tier } from "../../model/resources.js";

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = JsonObject;

export interface Parameter {
  readonly in: "path" | "query";
  readonly name: string;
  readonly description: string;
  /** Of the query; those of the path always are. */
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Answer {
  readonly description: string;
  /** Left out: `application/json`. */
  readonly type?: string;
  readonly schema: Schema;
}

/** In the order in which they stand in the document. */
export const TAGS = {
  trust: "What this sovereign recognises, attests and revokes. Anybody may read it.",
  connectome: "Who recognises whom, derived from the treaties and the imported feeds.",
  verification: "Decisions on documents that the caller brings. Nothing is stored.",
  log: "What was done about trust, as a Merkle log. Everything sensitive in it is a salted commitment.",
  operators: "What operators may do. Each request is signed with an operator key.",
  service: "The process itself.",
} as const;

export interface RouteSchema {
  readonly method: "get" | "post";
  /** With parameters in braces. */
  readonly path: string;
  /** The app's own pattern, where the last parameter holds slashes; left out: the path's. */
  readonly route?: string;
  /** `operationId`. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  /** The body of a POST. */
  readonly body?: Schema;
  /** The lowest tier of the operator key that signs the request; left out: anybody may ask. */
  readonly tier?: Tier;
  /** Of success, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Those of this route alone; `COMMON_ERRORS` and those of `tier` and `body` come besides. */
  readonly errors: readonly ErrorCode[];
}

/** The app's pattern for a route. */
export function patternOf({ path, route }: Pick<RouteSchema, "path" | "route">): string {
  return route ?? path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** A schema that stands under `components`. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function text(description?: string): Schema {
  return described({ type: "string" }, description);
}

export function time(description?: string): Schema {
  return described({ type: "string", format: "date-time" }, description);
}

export function count(description?: string): Schema {
  return described({ type: "integer", minimum: 0 }, description);
}

export function flag(description?: string): Schema {
  return described({ type: "boolean" }, description);
}

export function oneOf(values: readonly string[], description?: string): Schema {
  return described({ type: "string", enum: values }, description);
}

export function listOf(items: Schema, description?: string): Schema {
  return described({ type: "array", items }, description);
}

/** `null` is a value of its own, and not absence. */
export function orNull(schema: Schema): Schema {
  return typeof schema["type"] === "string" && schema["enum"] === undefined
    ? { ...schema, type: [schema["type"], "null"] }
    : { anyOf: [schema, { type: "null" }] };
}

/** An object with these fields, of which `optional` ones may be absent. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  { optional = [], description }: { optional?: readonly string[]; description?: string } = {},
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return described({ type: "object", properties, required }, description);
}

/** An object of free content. */
export function anyObject(description?: string): Schema {
  return described({ type: "object", additionalProperties: true }, description);
}

function described(schema: Schema, description: string | undefined): Schema {
  return description === undefined ? schema : { ...schema, description };
}
