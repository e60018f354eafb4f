/** The trust graph, its operator-facing view, and the explanation of one path (protocol.md 6). */
import type { FastifyInstance } from "fastify";
import { connectomeJson, recognitionGraphJson } from "../../connectome/json.js";
import { AppError } from "../../errors.js";
import { explainTrustPath } from "../../protocol/graph.js";
import { queryParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

export function connectomeRoutes(app: FastifyInstance, model: ReadModel): void {
  readRoute(app, "/connectome.json", (request, reply) => {
    const view = model.current();
    return sendRepresentation(
      request,
      reply,
      view.document("connectome", () => connectomeJson(view.connectome)),
    );
  });
  readRoute(app, "/recognition-graph", (request, reply) => {
    const view = model.current();
    return sendRepresentation(
      request,
      reply,
      view.document("graph", () => recognitionGraphJson(view.connectome)),
    );
  });
  readRoute(app, "/connectome/trust-path", (request, reply) => {
    const from = queryParameter(request, "from") || queryParameter(request, "source");
    const to = queryParameter(request, "to") || queryParameter(request, "target");
    if (!from || !to) {
      throw new AppError("missing_trust_path_parameters", "from/source and to/target are required");
    }
    const { graph } = model.current().connectome;
    return sendRepresentation(
      request,
      reply,
      new Representation(JSON.stringify(explainTrustPath(graph, from, to))),
    );
  });
}
