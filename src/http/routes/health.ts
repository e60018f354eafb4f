/** Whether the process lives, and whether what it serves can be relied on. */
import type { FastifyInstance } from "fastify";
import { AppError } from "../../errors.js";
import type { ServeContext } from "../context.js";
import { notReady, type ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

const SHOWN_NAMES = 10;
const ALIVE = new Representation('{"status":"ok"}');

export function healthRoutes(app: FastifyInstance, context: ServeContext, model: ReadModel): void {
  readRoute(app, "/healthz", (request, reply) => sendRepresentation(request, reply, ALIVE));
  readRoute(app, "/readyz", (request, reply) =>
    sendRepresentation(request, reply, new Representation(readiness(context, model))),
  );
}

/**
 * Of what is being served, so that no check waits for a build. Throws AppError `service_not_ready` whose details hold the
 * reasons, as codes.
 */
function readiness(context: ServeContext, model: ReadModel): string {
  const view = model.latest();
  if (view === null) throw notReady([model.fault ?? "starting"]);
  const { generation, connectome, unverified } = view;
  const reasons = [
    ...(model.fault === null ? [] : [model.fault]),
    ...(generation.authority === null ? ["no_authority"] : []),
  ];
  if (unverified.length > 0) throw unverifiedError([...reasons, "state_unverified"], unverified);
  if (reasons.length > 0) throw notReady(reasons);
  return JSON.stringify({
    status: "ready",
    version: context.version,
    sovereign_id: generation.authority?.sovereignId,
    generation: generation.number,
    applied_commit: generation.applied?.commit ?? null,
    source_commit: context.source?.()?.commit ?? context.status?.()?.observed_commit ?? null,
    treaty_count: generation.treaties.length,
    active_edge_count: connectome.summary.active_edge_count,
  });
}

function unverifiedError(reasons: readonly string[], names: readonly string[]): AppError {
  const details = {
    reasons,
    unverified: names.slice(0, SHOWN_NAMES),
    unverified_count: names.length,
  };
  return new AppError("service_not_ready", "Service is not ready", { details });
}
