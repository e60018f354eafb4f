/** The trust graph, its operator-facing view, and the explanation of one path (protocol.md 6). */
import type { FastifyInstance } from "fastify";
import { AppError } from "../../errors.js";
import { explainTrustPath } from "../../protocol/graph.js";
import { queryParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { viewRoute } from "../read-route.js";
import { Representation } from "../representation.js";

export function connectomeRoutes(app: FastifyInstance, model: ReadModel): void {
  viewRoute(app, "/connectome.json", model, (view) => view.connectomeDocument());
  viewRoute(app, "/recognition-graph", model, (view) =>
    view.largeDocument("graph", () => view.json.recognitionGraph()),
  );
  viewRoute(app, "/connectome/trust-path", model, (view, request) => {
    const from = queryParameter(request, "from") || queryParameter(request, "source");
    const to = queryParameter(request, "to") || queryParameter(request, "target");
    if (!from || !to) {
      throw new AppError("missing_trust_path_parameters", "from/source and to/target are required");
    }
    const { graph } = view.connectome.recognition;
    return new Representation(JSON.stringify(explainTrustPath(graph, from, to)));
  });
}
