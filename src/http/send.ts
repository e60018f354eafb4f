/** Answers with a representation: content coding, validator, conditional request, HEAD. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { negotiateCoding } from "./accept-encoding.js";
import { commonHeaders } from "./headers.js";
import { matchesEtag } from "./if-none-match.js";
import type { Representation, Variant } from "./representation.js";

/**
 * Answers 200, or 304 when If-None-Match holds the validator of the variant that would be sent. `more` are header fields that
 * take the place of the common ones.
 */
export function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  representation: Representation | Promise<Representation>,
  more: Readonly<Record<string, string>> = {},
): FastifyReply | Promise<FastifyReply> {
  if (representation instanceof Promise)
    return representation.then((made) => sendRepresentation(request, reply, made, more));
  const { type } = representation;
  const variant = representation.variant(negotiateCoding(request.headers["accept-encoding"]));
  if (variant instanceof Promise)
    return variant.then((made) => sendVariant(request, reply, type, made, more));
  return sendVariant(request, reply, type, variant, more);
}

function sendVariant(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  variant: Variant,
  more: Readonly<Record<string, string>>,
): FastifyReply {
  const headers = { ...commonHeaders(request.id, "no-cache"), ...more };
  headers["etag"] = variant.etag;
  const known = request.headers["if-none-match"];
  if (known !== undefined && matchesEtag(known, variant.etag))
    return reply.code(304).headers(headers).send();
  headers["content-type"] = type;
  if (variant.coding !== "identity") headers["content-encoding"] = variant.coding;
  headers["content-length"] = String(variant.body.length);
  reply.headers(headers);
  return request.method === "HEAD" ? reply.send() : reply.send(variant.body);
}
