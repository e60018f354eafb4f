/** Checks answers against the OpenAPI document of all routes, more strictly than a client would: nothing may be left out of it. */
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import addFormats from "ajv-formats";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { JsonValue } from "../../src/model/json.js";
import { openApi } from "../../src/http/openapi.js";
import { OBJECTS } from "../../src/http/schemas/objects.js";
import { patternOf } from "../../src/http/schemas/route-schema.js";
import { ROUTE_SCHEMAS } from "../../src/http/schemas/routes.js";
import { isJsonArray, isJsonObject } from "../../src/protocol/json.js";

export interface Answered {
  readonly method: string;
  /** The route's pattern, with `:id`; null: there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly type: string | null;
  readonly coding: string | null;
  readonly body: Buffer;
}

const DOCUMENT = openApi(ROUTE_SCHEMAS, "0.0.0");
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "all", components: { schemas: closed(OBJECTS) } });
const compiled = new Map<string, ValidateFunction>();

/** What does not agree with the document; null: nothing. */
export function disagreement(answered: Answered): string | null {
  const { method, route, status, type } = answered;
  const name = `${method} ${route} ${status}`;
  if (status === 304) return answered.body.length === 0 ? null : `${name}: a body`;
  const path = ROUTE_SCHEMAS.find((schema) => patternOf(schema) === route)?.path ?? "";
  const verb = method === "HEAD" ? "get" : method.toLowerCase();
  const operation = DOCUMENT.paths[path]?.[verb];
  if (operation === undefined) {
    if (status < 400) return `${name}: the route is not in the document`;
    return bodyFault(name, answered, { $ref: "#/components/schemas/Error" });
  }
  const answer = operation.responses[status];
  if (answer === undefined) return `${name}: the status is not in the document`;
  const content = isJsonObject(answer["content"]) ? answer["content"] : {};
  const media = type === null ? undefined : content[type];
  if (!isJsonObject(media)) return `${name}: ${type} is not in the document`;
  if (method === "HEAD") return null;
  return bodyFault(name, answered, media["schema"] ?? true);
}

function bodyFault(
  name: string,
  { type, coding, body }: Answered,
  schema: JsonValue,
): string | null {
  if (type?.startsWith("application/json") !== true) return null;
  const plain =
    coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body;
  const validate = validatorOf(name, schema);
  const isRight = validate(JSON.parse(plain.toString()));
  return isRight
    ? null
    : `${name}: ${ajv.errorsText(validate.errors)}: ${plain.toString().slice(0, 500)}`;
}

function validatorOf(name: string, schema: JsonValue): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(closed(schema)).replaceAll('"#/components', '"all#/components');
  const made = ajv.compile(JSON.parse(text) as object);
  compiled.set(name, made);
  return made;
}

/** Objects hold the fields that they are said to, and no other. */
function closed(schema: JsonValue): JsonValue {
  if (isJsonArray(schema)) return schema.map(closed);
  if (!isJsonObject(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  return schema["type"] === "object" && isJsonObject(schema["properties"])
    ? { ...inner, additionalProperties: false }
    : inner;
}
