/** Registers a route that can only be read: GET and HEAD answer, every other method is refused by name. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import type { ReadModel } from "./read-model.js";
import type { Representation } from "./representation.js";
import { sendRepresentation } from "./send.js";
import type { View } from "./view.js";

export type ReadHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

const READING = ["GET", "HEAD"];

export function readRoute(app: FastifyInstance, url: string, handler: ReadHandler): void {
  app.route({ method: READING, url, handler });
  refuseOtherMethods(app, url, READING);
}

/** A read route whose answer follows from the newest view. */
export function viewRoute(
  app: FastifyInstance,
  url: string,
  model: ReadModel,
  answer: (view: View, request: FastifyRequest) => Representation | Promise<Representation>,
): void {
  readRoute(app, url, (request, reply) => {
    const view = model.current();
    return sendRepresentation(
      request,
      reply,
      // A promise would cost each of the many requests that need not wait.
      view instanceof Promise
        ? view.then((built) => answer(built, request))
        : answer(view, request),
    );
  });
}

/** Every method that a route does not have gets 405, before a body is read. */
export function refuseOtherMethods(
  app: FastifyInstance,
  url: string,
  allowed: readonly string[],
): void {
  const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header("allow", allowed.join(", "));
    throw new AppError("method_not_allowed", "Method not allowed");
  };
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    onRequest: refuse,
    handler: refuse,
  });
}
