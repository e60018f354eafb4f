/** One thrown value → one error envelope (protocol.md 7). */
import type { FastifyReply, FastifyRequest } from "fastify";
import { RecordedRefusal } from "../admin/receipt.js";
import { AppError, type ErrorCode } from "../errors.js";
import { canonicalJson } from "../protocol/canonical.js";
import { commonHeaders, receiptHeader } from "./headers.js";
import { RETRY_AFTER_SECONDS } from "./rate-limit.js";

/** What fastify and node refuse by themselves, by the status they give; their texts quote the client and are not passed on. */
const REFUSALS: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [404, ["not_found", "Not found"]],
  [408, ["request_timeout", "The request took too long to arrive"]],
  [413, ["payload_too_large", "The request body is too large"]],
  // A path parameter that is longer than any id.
  [414, ["not_found", "Not found"]],
  [415, ["unsupported_media_type", "The media type of the request body is not supported"]],
  [431, ["headers_too_large", "The header fields are too large"]],
]);

/** What is no fault: the client may come again, or go elsewhere. */
const ABSENCES: ReadonlySet<ErrorCode> = new Set(["service_not_ready", "no_controller"]);

/** What a client is told. A fault of ours says nothing but its code: paths, texts and stacks go to the log. */
function toPublicError(error: unknown): AppError {
  if (error instanceof AppError) {
    return error.status < 500 || ABSENCES.has(error.code) ? error : internalError(error);
  }
  const status = statusCodeOf(error);
  return status !== null && status >= 400 && status < 500 ? refusal(status) : internalError(error);
}

export function refusal(status: number): AppError {
  const [code, message] = REFUSALS.get(status) ?? ["bad_request", "Bad request"];
  return new AppError(code, message);
}

/** The body of an error answer. Empty details are `{}`, as in the reference. */
export function errorEnvelope(error: AppError, requestId: string): string {
  const { code, message, details } = error;
  return canonicalJson({ error: { code, message, details: details ?? {}, request_id: requestId } });
}

/** fastify's error handler. */
export function sendError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = toPublicError(thrown);
  if (error.code === "internal")
    request.log.error({ err: thrown, reqId: request.id }, "request failed");
  if (thrown instanceof RecordedRefusal) reply.headers(receiptHeader(thrown.receipt));
  // Every limit counts by the minute; a route that counts otherwise has said so.
  if (error.status === 429 && !reply.hasHeader("retry-after"))
    reply.header("retry-after", String(RETRY_AFTER_SECONDS));
  return (
    reply
      .code(error.status)
      .headers(commonHeaders(request.id, "no-store"))
      .type("application/json")
      // As bytes: to a text of this type fastify adds a charset, which JSON does not have (RFC 8259 11).
      .send(Buffer.from(errorEnvelope(error, request.id)))
  );
}

function internalError(cause: unknown): AppError {
  return new AppError("internal", "Internal server error", { cause });
}

function statusCodeOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return null;
  return typeof error.statusCode === "number" ? error.statusCode : null;
}
