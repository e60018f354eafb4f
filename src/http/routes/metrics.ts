/** Prometheus text. */
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

export function metricsRoute(app: FastifyInstance, registry: Registry): void {
  readRoute(app, "/metrics", async (request, reply) =>
    sendRepresentation(
      request,
      reply,
      new Representation(await registry.metrics(), registry.contentType),
    ),
  );
}
