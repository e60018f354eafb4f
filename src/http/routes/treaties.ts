/** Recognition treaties: the list, and one. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { ServeContext } from "../context.js";
import { parseCursor } from "../page-cursor.js";
import { pathParameter, queryParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";
import { treatyListJson, treatyRowJson, type TreatyQuery } from "../treaty-list.js";

const MAX_LIMIT = 1000;

export function treatyRoutes(app: FastifyInstance, context: ServeContext, model: ReadModel): void {
  readRoute(app, "/recognition-treaties", (request, reply) => {
    const view = model.current();
    const now = context.clock();
    const query = parseQuery(request);
    const list = (): string => treatyListJson(view.generation.treaties, query, now);
    return sendRepresentation(
      request,
      reply,
      isWhole(query) ? view.wholeList(now, list) : new Representation(list()),
    );
  });
  readRoute(app, "/recognition-treaties/:id", (request, reply) => {
    const treaty = model.current().generation.treatiesById.get(pathParameter(request, "id"));
    if (treaty === undefined)
      throw new AppError("treaty_not_found", "Recognition treaty not found");
    return sendRepresentation(
      request,
      reply,
      new Representation(treatyRowJson(treaty, context.clock())),
    );
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
