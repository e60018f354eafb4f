/** The routes, described: as OpenAPI for programs, and as a page for people. */
import type { FastifyInstance } from "fastify";
import { DOCS_POLICY, docsPage } from "../docs-page.js";
import { openApi, type OpenApi } from "../openapi.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { patternOf } from "../schemas/route-schema.js";
import { ROUTE_SCHEMAS } from "../schemas/routes.js";
import { sendRepresentation } from "../send.js";

/** Describes the routes that this service has. Must be registered before them. */
export function docsRoutes(app: FastifyInstance, version: string): void {
  const routes = new Set<string>();
  app.addHook("onRoute", ({ method, url }) => {
    for (const name of [method].flat()) routes.add(`${name} ${url}`);
  });
  let made: { readonly document: Representation; readonly page: Representation } | null = null;
  const documents = (): NonNullable<typeof made> => {
    made ??= represent(
      openApi(
        ROUTE_SCHEMAS.filter((schema) =>
          routes.has(`${schema.method.toUpperCase()} ${patternOf(schema)}`),
        ),
        version,
      ),
    );
    return made;
  };
  readRoute(app, "/openapi.json", (request, reply) =>
    sendRepresentation(request, reply, documents().document),
  );
  readRoute(app, "/docs", (request, reply) =>
    sendRepresentation(request, reply, documents().page, {
      "content-security-policy": DOCS_POLICY,
    }),
  );
}

function represent(document: OpenApi): {
  readonly document: Representation;
  readonly page: Representation;
} {
  return {
    document: new Representation(JSON.stringify(document)),
    page: new Representation(docsPage(document), "text/html; charset=utf-8"),
  };
}
