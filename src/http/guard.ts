/** What is refused before any route is asked: on every route, and where there is none. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import { clientKey, isLoopback } from "./client-address.js";
import type { ServeContext } from "./context.js";
import { refusal } from "./error-reply.js";
import { HostAllowList } from "./host-allow-list.js";
import { MAX_HEADER_FIELDS, type HttpLimits } from "./limits.js";
import { countFields } from "./raw-fields.js";
import { RateLimit } from "./rate-limit.js";

/** Probes come often, and an instance that refuses them is taken out of service. */
const HEALTH_ROUTES = new Set(["/healthz", "/readyz"]);

export interface GuardOptions {
  readonly limits: HttpLimits;
  /** The origin that this authority is known by. */
  readonly endpoint: () => string | null;
}

/** Registers the hooks; routes that are registered afterwards stand behind them. */
export function guard(
  app: FastifyInstance,
  { allowedHosts, host, clock }: ServeContext,
  { limits, endpoint }: GuardOptions,
): void {
  const hosts = new HostAllowList({ allowed: allowedHosts, listening: host, endpoint });
  const reads = new RateLimit(limits.readsPerMinute);
  app.addHook("onRequest", async (request) => {
    assertPlainHeaders(request);
    assertAllowedHost(request, hosts);
    assertNoPage(request);
    if (!isReading(request) || HEALTH_ROUTES.has(request.routeOptions.url ?? "")) return;
    const address = clientKey(request);
    if (!isLoopback(address)) reads.take(address, clock());
  });
}

function assertPlainHeaders({ raw }: FastifyRequest): void {
  if (raw.rawHeaders.length > 2 * MAX_HEADER_FIELDS) throw refusal(431);
  // RFC 9112 3.2.
  if (countFields(raw, "host") > 1) throw refusal(400);
  // node takes the chunks apart and leaves any other coding to whoever reads the body.
  const coding = raw.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") throw refusal(400);
}

function assertAllowedHost({ headers, raw }: FastifyRequest, hosts: HostAllowList): void {
  if (!headers.host) throw new AppError("bad_request", "The request names no host");
  if (!hosts.allows(headers.host, raw.socket.localAddress))
    throw new AppError("host_not_allowed", "This host is not served here");
}

/** A browser sends Origin with whatever a page asks for that is more than a look; no page has business there. */
function assertNoPage(request: FastifyRequest): void {
  if (request.headers.origin === undefined) return;
  if (isReading(request) && !/^\/admin(?:\/|$)/i.test(request.url)) return;
  throw new AppError("origin_not_allowed", "Requests of web pages are not accepted here");
}

function isReading({ method }: FastifyRequest): boolean {
  return method === "GET" || method === "HEAD";
}
