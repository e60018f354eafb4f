/** The OpenAPI document says what the service does, and the page says what the document says. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patternOf } from "../../src/http/schemas/route-schema.js";
import { ROUTE_SCHEMAS } from "../../src/http/schemas/routes.js";
import type { OpenApi } from "../../src/http/openapi.js";
import { disagreement, type Answered } from "../helpers/described.js";
import { desired } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const WILDCARD = "/log/tile/:level/*";

const world = new World();
let served: Served;
let document: OpenApi;

beforeAll(async () => {
  world.apply(desired());
  served = new Served(world, {
    status: () => null,
    wake: () => {},
    webhookSecret: Buffer.from("a secret of the test"),
  });
  document = await served.json<OpenApi>("/openapi.json");
});

afterAll(async () => {
  await served.close();
  world.close();
});

/** The patterns of fastify's tree of routes, where each line holds what comes after its parent's. */
function patterns(): readonly string[] {
  const parents: string[] = [];
  return served.app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent, end] = /^([│ ]*)[├└]── (\S+)/.exec(line) ?? [];
      if (indent === undefined || end === undefined) return [];
      const depth = indent.length / 4;
      // Of the one route with a wildcard, fastify prints nothing else.
      const own = end === "*" ? WILDCARD : end;
      parents[depth] = `${depth === 0 ? "" : parents[depth - 1]}${own}`;
      return [parents[depth]];
    });
}

function pathOf(pattern: string): string {
  const schema = ROUTE_SCHEMAS.find((each) => patternOf(each) === pattern);
  return schema?.path ?? pattern;
}

/** Every route of the service, as `GET /path/{id}`, but for what is refused by name. */
async function answeredRoutes(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const url of patterns()) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"] as const) {
      const { statusCode } = await served.app.inject({ method, url: url.replaceAll(":", "x-") });
      if (statusCode !== 405) found.push(`${method} ${pathOf(url)}`);
    }
  }
  return found.toSorted();
}

const describedRoutes = (): readonly string[] =>
  Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((name) => `${name.toUpperCase()} ${path}`),
    )
    .toSorted();

test("it describes every route there is, and no other", async () => {
  expect(describedRoutes()).toEqual(await answeredRoutes());
});

test("a route that this service does not have is not described", async () => {
  const bare = new Served(world);
  const { paths } = await bare.json<OpenApi>("/openapi.json");
  await bare.close();
  expect(Object.keys(paths)).not.toContain("/hooks/git");
  expect(Object.keys(paths)).not.toContain("/status.json");
  expect(Object.keys(paths)).toContain("/genesis");
});

test("every reference leads somewhere, and every object is referred to", () => {
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  );
  expect(Array.from(new Set(names), String).toSorted()).toEqual(
    Object.keys(document.components.schemas).toSorted(),
  );
});

test("operations have names of their own, and say what their paths hold", () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, parameters = [] } of ROUTE_SCHEMAS) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = parameters.filter((each) => each.in === "path").map(({ name }) => name);
    expect([path, described]).toEqual([path, named]);
  }
});

describe("the page", () => {
  let page: string;
  let policy: string;
  beforeAll(async () => {
    const { body, headers } = await served.get("/docs");
    page = body;
    policy = String(headers["content-security-policy"]);
  });

  test("runs nothing and loads nothing but the style that it carries", () => {
    expect(page).not.toMatch(/<script|<img|<iframe|<form|<link|javascript:|\son\w+=|\sstyle=/i);
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";
    const digest = createHash("sha256").update(style).digest("base64");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${digest}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  });

  test("names every operation, and each of its links leads somewhere", () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link);
    expect(links.filter((link) => !link?.startsWith("#"))).toEqual(["/openapi.json"]);
    for (const link of links)
      if (link?.startsWith("#") === true) expect(ids).toContain(link.slice(1));
    for (const methods of Object.values(document.paths))
      for (const { operationId } of Object.values(methods)) expect(ids).toContain(operationId);
  });
});

describe("the check of the answers", () => {
  const good: Answered = {
    method: "GET",
    route: "/healthz",
    status: 200,
    type: "application/json",
    coding: null,
    body: Buffer.from('{"status":"ok"}'),
  };
  const refusal = (code: string): Buffer =>
    Buffer.from(JSON.stringify({ error: { code, message: "", details: {}, request_id: "r-1" } }));
  test.each<[string, Partial<Answered>, RegExp | null]>([
    ["is content with what is described", {}, null],
    ["sees another value", { body: Buffer.from('{"status":"no"}') }, /must be equal/],
    ["sees a missing field", { body: Buffer.from("{}") }, /required property 'status'/],
    ["sees one too many", { body: Buffer.from('{"status":"ok","x":1}') }, /additional properties/],
    ["sees another type", { type: "text/html" }, /text\/html is not in the document/],
    ["sees another status", { status: 201 }, /the status is not in the document/],
    ["sees an unknown route", { route: "/new" }, /the route is not in the document/],
    ["knows the codes", { status: 400, body: refusal("bad_request") }, null],
    ["sees another code", { status: 400, body: refusal("not_found") }, /allowed values/],
    ["knows the envelope", { route: null, status: 404, body: refusal("not_found") }, null],
    ["sees no envelope", { route: null, status: 404, body: Buffer.from("{}") }, /required/],
    ["sees a body of 304", { status: 304 }, /a body/],
  ])("%s", (_, given, expected) => {
    const found = disagreement({ ...good, ...given });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatch(expected);
  });
});
