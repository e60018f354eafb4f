/** Query and path parameters. */
import type { FastifyRequest } from "fastify";

/** The first value of a query parameter, as the reference reads it; null when it is absent. */
export function queryParameter(request: FastifyRequest, name: string): string | null {
  return textOf(request.query, name);
}

/** A parameter of the route's pattern; the empty string when the pattern has no such name. */
export function pathParameter(request: FastifyRequest, name: string): string {
  return textOf(request.params, name) ?? "";
}

function textOf(parameters: unknown, name: string): string | null {
  if (typeof parameters !== "object" || parameters === null) return null;
  const value: unknown = Object.getOwnPropertyDescriptor(parameters, name)?.value;
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : null;
}
