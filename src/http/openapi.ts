/** The OpenAPI 3.1 document, made from the schemas of the routes. Pure. */
import { ERRORS, type ErrorCode } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { OBJECTS } from "./schemas/objects.js";
import { ref, TAGS, type Answer, type RouteSchema } from "./schemas/route-schema.js";

/** What any route may be refused with, before it is asked or because the state cannot be used. */
const COMMON_ERRORS: readonly ErrorCode[] = [
  "bad_request",
  "host_not_allowed",
  "not_found",
  "request_timeout",
  "payload_too_large",
  "rate_limit_exceeded",
  "headers_too_large",
  "internal",
  "service_not_ready",
];
const BODY_ERRORS: readonly ErrorCode[] = [
  "invalid_json",
  "invalid_json_object",
  "unsupported_media_type",
];
const OPERATOR_ERRORS: readonly ErrorCode[] = [
  "admin_auth_failed",
  "insufficient_operator_tier",
  "admin_auth_throttled",
  "no_controller",
  "controller_failed",
];

/** Of one request all four: the signature covers the others, the path, the query and the body. */
const SIGNATURE_FIELDS: Readonly<Record<string, string>> = {
  "X-Admin-Key-Id": "The operator key's id.",
  "X-Admin-Timestamp": "ISO 8601, within five minutes of our clock.",
  "X-Admin-Nonce": "Unique for each key.",
  "X-Admin-Signature":
    "Base64 Ed25519 over the canonical JSON of {audience, body, key_id, method, nonce, path, query, timestamp, v: 2}.",
};

const ABOUT = [
  "The HTTP surface of one authority of the Genesis Mesh trust protocol.",
  "GET routes answer HEAD too, with a strong ETag, and are compressed where the client allows it.",
  "Every answer carries `X-Request-ID`; every refusal is an `Error`.",
].join(" ");

export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: JsonObject;
  readonly tags: readonly JsonObject[];
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: typeof OBJECTS; readonly securitySchemes: JsonObject };
}

export interface Operation {
  readonly [field: string]: JsonValue | Operation["responses"];
  readonly operationId: string;
  readonly responses: { readonly [status: string]: JsonObject };
}

const RECEIPT: JsonObject = {
  "Concordat-Receipt": {
    description: "Base64 of a c2sp.org/tlog-proof that the entry is in the log, when one was made.",
    schema: { type: "string" },
  },
};

export function openApi(routes: readonly RouteSchema[], version: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: "3.1.0",
    info: { title: "Concordat", version, description: ABOUT, license: { name: "MIT" } },
    tags: Object.entries(TAGS)
      .filter(([name]) => [...used].some((tag) => tag === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: OBJECTS, securitySchemes: securitySchemes() },
  };
}

/** The codes that a route may answer with. */
function errorsOf({ method, errors, body, tier }: RouteSchema): readonly ErrorCode[] {
  const all = [
    ...errors,
    ...COMMON_ERRORS,
    ...(method === "post" ? (["origin_not_allowed"] as const) : []),
    ...(body === undefined ? [] : BODY_ERRORS),
    ...(tier === undefined ? [] : OPERATOR_ERRORS),
  ];
  return [...new Set(all)];
}

function operation(route: RouteSchema): Operation {
  const { id, tag, summary, description, parameters, body, tier } = route;
  const refusals = Map.groupBy(errorsOf(route), (code) => ERRORS[code].status);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined
      ? {}
      : {
          parameters: parameters.map((parameter) => ({
            name: parameter.name,
            in: parameter.in,
            required: parameter.in === "path" || parameter.required === true,
            description: parameter.description,
            schema: parameter.schema,
          })),
        }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    ...(tier === undefined
      ? {}
      : {
          security: [Object.fromEntries(Object.keys(SIGNATURE_FIELDS).map((name) => [name, []]))],
          "x-operator-tier": tier,
        }),
    responses: Object.fromEntries([
      ...Object.entries(route.answers).map(
        ([status, answer]) => [status, success(answer, hasReceipt(route))] as const,
      ),
      ...[...refusals].map(([status, codes]) => [String(status), refusalOf(codes)] as const),
    ]),
  };
}

function success(
  { description, type = "application/json", schema }: Answer,
  withReceipt: boolean,
): JsonObject {
  const content = { [type]: { schema } };
  return withReceipt ? { description, headers: RECEIPT, content } : { description, content };
}

/** What an operator has done is in the log; a refusal that is written down has the same field. */
function hasReceipt({ method, tier }: RouteSchema): boolean {
  return method === "post" && tier !== undefined;
}

function refusalOf(codes: readonly ErrorCode[]): JsonObject {
  const narrowed = { properties: { error: { properties: { code: { enum: codes } } } } };
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    content: { "application/json": { schema: { allOf: [ref("Error"), narrowed] } } },
  };
}

function securitySchemes(): JsonObject {
  return Object.fromEntries(
    Object.entries(SIGNATURE_FIELDS).map(([name, description]) => [
      name,
      { type: "apiKey", in: "header", name, description },
    ]),
  );
}
