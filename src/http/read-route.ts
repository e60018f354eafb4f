/** Registers a route that can only be read: GET and HEAD answer, every other method is refused by name. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";

export type ReadHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

const READING = ["GET", "HEAD"];

export function readRoute(app: FastifyInstance, url: string, handler: ReadHandler): void {
  app.route({ method: READING, url, handler });
  app.route({
    method: app.supportedMethods.filter((method) => !READING.includes(method)),
    url,
    // Refused before a body is read.
    onRequest: refuseMethod,
    handler: refuseMethod,
  });
}

async function refuseMethod(_request: FastifyRequest, reply: FastifyReply): Promise<never> {
  reply.header("allow", READING.join(", "));
  throw new AppError("method_not_allowed", "Method not allowed");
}
