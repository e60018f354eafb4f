/** Whether the process lives, and whether what it serves can be relied on. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.js";
import { notReady, type ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

const ALIVE = new Representation('{"status":"ok"}');

export function healthRoutes(app: FastifyInstance, context: ServeContext, model: ReadModel): void {
  readRoute(app, "/healthz", (request, reply) => sendRepresentation(request, reply, ALIVE));
  readRoute(app, "/readyz", (request, reply) =>
    sendRepresentation(request, reply, new Representation(readiness(context, model))),
  );
}

/** Throws AppError `service_not_ready` whose details hold the reasons, as codes. */
function readiness(context: ServeContext, model: ReadModel): string {
  const { generation, connectome } = model.current();
  const reasons = [
    ...(model.fault === null ? [] : [model.fault]),
    ...(generation.authority === null ? ["no_authority"] : []),
  ];
  if (reasons.length > 0) throw notReady(reasons);
  return JSON.stringify({
    status: "ready",
    version: context.version,
    sovereign_id: generation.authority?.sovereignId,
    generation: generation.number,
    applied_commit: generation.applied?.commit ?? null,
    source_commit: context.source?.()?.commit ?? null,
    treaty_count: generation.treaties.length,
    active_edge_count: connectome.summary.active_edge_count,
  });
}
