/** Bodies of JSON: kept as the bytes that came, which signatures are over, and read by the strict parser and no other. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { refusal } from "./error-reply.js";
import { countFields } from "./raw-fields.js";

const JSON_TYPE = "application/json";
/** Nothing else: what a looser reading takes for JSON, a reader beside it may take for something else. */
const ACCEPTED_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const EMPTY = Buffer.alloc(0);

/**
 * Makes the routes of a scope take bodies of exactly `application/json`, with or without `charset=utf-8`: anything else is
 * 415 before it is read, and trailers are 400. Routes that are registered in the scope afterwards read them with `jsonBody`.
 */
export function acceptJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(JSON_TYPE, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  scope.addHook("onRequest", async (request) => {
    const { headers } = request;
    const type = soleType(request);
    const isUncoded = (headers["content-encoding"] ?? "identity") === "identity";
    if (!isUncoded || (type === null ? hasBody(request) : !ACCEPTED_TYPE.test(type)))
      throw refusal(415);
    // What was judged is what fastify goes by.
    if (type !== null) headers["content-type"] = JSON_TYPE;
  });
  scope.addHook("preValidation", async (request) => {
    // Fields that come after the body were seen by nobody who judged the request.
    const trailers: unknown = request.raw.rawTrailers;
    if (Array.isArray(trailers) && trailers.length > 0) throw refusal(400);
  });
}

/** The body as it came; empty where there is none. */
function rawBody(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : EMPTY;
}

/**
 * The object that the body holds; an empty one where there is no body, as in the reference. Throws AppError `invalid_json`,
 * whose details hold the `reason` as a code of `parseJson`, or `invalid_json_object`.
 */
export function jsonBody(request: FastifyRequest): JsonObject {
  const bytes = rawBody(request);
  const value: JsonValue = bytes.length === 0 ? {} : parse(bytes);
  if (isJsonObject(value)) return value;
  throw new AppError("invalid_json_object", "The request body must be a JSON object");
}

function parse(bytes: Buffer): JsonValue {
  try {
    return parseJson(bytes);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const { code, details } = cause;
    throw new AppError("invalid_json", `The request body is not accepted JSON (${code})`, {
      details: { reason: code, ...(isJsonObject(details) ? details : {}) },
      cause,
    });
  }
}

/** Null: none. Two are no type. */
function soleType({ headers, raw }: FastifyRequest): string | null {
  const type = headers["content-type"];
  if (type === undefined) return null;
  return countFields(raw, "content-type") === 1 ? type : "";
}

/** RFC 9112 6.3. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
