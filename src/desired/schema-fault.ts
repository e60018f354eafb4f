/** Schema errors in the words of the people who write the files. */
import type { ErrorObject } from "ajv/dist/2020.js";
import { printable, quoted } from "./characters.js";
import { counted } from "./counted.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import { suggestion } from "./nearest.js";
import { readablePath } from "./pointer.js";
import { holdsCredentials } from "./private-key.js";
import { API_VERSION } from "./schema-validator.js";

export interface SchemaFault {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** JSON pointer of the value. */
  readonly path: string;
  /** Set when the fault is this key of the map at the path, not the map itself. */
  readonly key?: string | undefined;
}

type Description = Omit<SchemaFault, "path">;
type Describe = (error: ErrorObject, what: string) => Description;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** What it means that a keyword of our schemas is not met; `what` names the value. */
const DESCRIBE: Readonly<Record<string, Describe>> = {
  additionalProperties: unknownField,
  const: unknownValue,
  enum: unknownValue,
  maxItems: badLength("at most", "item"),
  maxLength: badLength("at most", "character"),
  maxProperties: badLength("at most", "key"),
  maximum: outOfRange("at most"),
  minItems: badLength("at least", "item"),
  minLength: badLength("at least", "character"),
  minimum: outOfRange("at least"),
  not: exclusion,
  oneOf: choice,
  pattern: badFormat,
  required: missingField,
  type: wrongType,
};

/** One fault for each thing to mend, in the order of the errors; lazily, as a hostile file may have very many. */
export function* schemaFaults(errors: readonly ErrorObject[]): Generator<SchemaFault, void> {
  const misshapen = new Set(errors.filter(isPattern).map(({ instancePath }) => instancePath));
  for (const error of errors) {
    const { keyword, instancePath: path, schemaPath } = error;
    // The branches of a choice repeat what the choice says; a text of the wrong form may well be too short for it too.
    const isRepeated =
      keyword === "if" ||
      schemaPath.includes("/oneOf/") ||
      (keyword.endsWith("Length") && misshapen.has(path));
    if (isRepeated) continue;
    const describe = DESCRIBE[keyword] ?? other;
    yield { ...describe(error, readablePath(path)), path };
  }
}

function unknownField({ params, parentSchema }: ErrorObject, what: string): Description {
  const key = String(params["additionalProperty"]);
  const fields = Object.keys(part(parentSchema, "properties") ?? {});
  return {
    code: "unknown_field",
    message: `${what} has no field ${quoted(key)}`,
    hint: suggestion(key, fields, "remove it"),
    key,
  };
}

function missingField(
  { params, schemaPath, parentSchema }: ErrorObject,
  what: string,
): Description {
  const field = String(params["missingProperty"]);
  const why = schemaPath.includes("/then/") ? titleOf(parentSchema) : undefined;
  return {
    code: "missing_field",
    message: why ?? `${what} needs the field ${field}`,
    hint: `add ${field}`,
  };
}

function unknownValue({ instancePath, schema, data }: ErrorObject, what: string): Description {
  if (instancePath === "/apiVersion") {
    return {
      code: "unknown_api_version",
      message: `the apiVersion ${shown(data)} is not known`,
      hint: `write apiVersion: ${API_VERSION}`,
    };
  }
  const known = (Array.isArray(schema) ? schema : [schema]).map(String);
  const hint = suggestion(String(data), known, `write ${known.join(" or ")}`);
  return { code: "unknown_value", message: `${what} cannot be ${shown(data)}`, hint };
}

function badFormat({ data, parentSchema }: ErrorObject, what: string): Description {
  return {
    code: "bad_format",
    message: `${what} cannot be ${shown(data)}`,
    hint: askedFor(parentSchema),
  };
}

function badLength(bound: string, noun: string): Describe {
  return ({ params, parentSchema }, what) => {
    const message = `${what} must have ${bound} ${counted(Number(params["limit"]), noun)}`;
    return { code: "bad_length", message, hint: askedFor(parentSchema) };
  };
}

function outOfRange(bound: string): Describe {
  return ({ params, data }, what) => {
    const message = `${what} must be ${bound} ${String(params["limit"])}, not ${shown(data)}`;
    return { code: "out_of_range", message };
  };
}

/** Of two fields that exclude each other, the second is the one to point at. */
function exclusion({ schema }: ErrorObject, what: string): Description {
  const fields = part(schema, "required");
  const key = Array.isArray(fields) ? String(fields.at(-1)) : undefined;
  return {
    code: "conflicting_fields",
    message: `${what}: ${titleOf(schema) ?? "these fields exclude each other"}`,
    key,
  };
}

function choice({ parentSchema }: ErrorObject, what: string): Description {
  return {
    code: "conflicting_fields",
    message: `${what}: ${titleOf(parentSchema) ?? "exactly one form is needed"}`,
  };
}

function wrongType({ params, data }: ErrorObject, what: string): Description {
  const code = "wrong_type";
  if (data === null)
    return { code, message: `${what} is empty`, hint: "give it a value, or remove the line" };
  const type = String(params["type"]);
  const given = Array.isArray(data) ? "array" : typeof data;
  const message = `${what} must be ${TYPE_NAMES[type] ?? type}, not ${TYPE_NAMES[given] ?? given}`;
  if (!isScalar(data)) return { code, message };
  const text = String(data);
  if (type === "string") return { code, message, hint: `write ${quoted(text)}` };
  if (type === "array") return { code, message, hint: `write [${printable(text).slice(0, 60)}]` };
  return type === "integer" && /^[0-9]{1,16}$/.test(text)
    ? { code, message, hint: `write ${text} without quotes` }
    : { code, message };
}

function other(
  { message = "is not what the schema asks for" }: ErrorObject,
  what: string,
): Description {
  return { code: "bad_format", message: `${what} ${message}` };
}

/** The title of a definition says what its values are. */
function askedFor(schema: unknown): string | undefined {
  const title = titleOf(schema);
  return title === undefined ? undefined : `write ${title}`;
}

function titleOf(schema: unknown): string | undefined {
  const title = part(schema, "title");
  return typeof title === "string" ? title : undefined;
}

function part(schema: unknown, name: string): unknown {
  return typeof schema === "object" && schema !== null
    ? Object.entries(schema).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A value as a message may show it. */
function shown(data: unknown): string {
  if (typeof data !== "string") return String(data);
  return holdsCredentials(data) ? "an address with a user name" : quoted(data);
}

function isPattern({ keyword }: ErrorObject): boolean {
  return keyword === "pattern";
}

function isScalar(data: unknown): data is string | number | boolean {
  return typeof data === "string" || typeof data === "number" || typeof data === "boolean";
}
