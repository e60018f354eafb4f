/** Recognition treaties: the list, and one. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Parts } from "../../connectome/json.js";
import { AppError } from "../../errors.js";
import type { ServeContext } from "../context.js";
import { parseCursor } from "../page-cursor.js";
import { pathParameter, queryParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { viewRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { treatyList, treatyRowJson, type TreatyQuery } from "../treaty-list.js";

const MAX_LIMIT = 1000;

export function treatyRoutes(app: FastifyInstance, context: ServeContext, model: ReadModel): void {
  viewRoute(app, "/recognition-treaties", model, (view, request) => {
    const now = context.clock();
    const query = parseQuery(request);
    const list = (): Parts => treatyList(view.connectome.recognition.treaties, query, now);
    return isWhole(query) ? view.wholeList(now, list) : view.represent(list());
  });
  viewRoute(app, "/recognition-treaties/:id", model, (view, request) => {
    const judged = view.connectome.recognition.byId.get(pathParameter(request, "id"));
    if (judged === undefined)
      throw new AppError("treaty_not_found", "Recognition treaty not found");
    return new Representation(treatyRowJson(judged.treaty, context.clock()));
  });
}

function isWhole({ issuer, subject, status, page }: TreatyQuery): boolean {
  return issuer === null && subject === null && status === null && page === null;
}

/** Empty filters count as absent, as in the reference. Throws AppError `bad_request` for a bad limit or cursor. */
function parseQuery(request: FastifyRequest): TreatyQuery {
  const filter = (name: string): string | null => queryParameter(request, name) || null;
  return {
    issuer: filter("issuer_sovereign_id"),
    subject: filter("subject_sovereign_id"),
    status: filter("status"),
    page: parsePage(queryParameter(request, "limit"), queryParameter(request, "cursor")),
  };
}

function parsePage(limit: string | null, cursor: string | null): TreatyQuery["page"] {
  if (limit === null && cursor === null) return null;
  if (limit === null || !/^[1-9][0-9]{0,3}$/.test(limit) || Number(limit) > MAX_LIMIT) {
    throw new AppError("bad_request", `limit must be an integer from 1 to ${MAX_LIMIT}`, {
      details: { parameter: "limit" },
    });
  }
  return { limit: Number(limit), after: cursor === null ? null : parseCursor(cursor) };
}
