/** What the controller says of itself. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.js";
import { notReady, type ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

export function statusRoute(
  app: FastifyInstance,
  { status }: ServeContext,
  model: ReadModel,
): void {
  if (status === undefined) return;
  readRoute(app, "/status.json", (request, reply) => {
    const now = model.read(() => status());
    if (now === null) throw notReady(["starting"]);
    return sendRepresentation(request, reply, new Representation(JSON.stringify(now)));
  });
}
