/** Builds the HTTP application over a context, without listening. */
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { AppError } from "../errors.js";
import type { ControllerEvent } from "../model/controller.js";
import { openAdminDesk } from "./admin/open-desk.js";
import { adminRoutes } from "./admin/routes.js";
import { answerClientError } from "./client-error.js";
import { limitConnections } from "./connection-limit.js";
import type { ServeContext } from "./context.js";
import { ControllerMetrics } from "./controller-metrics.js";
import { refusal, sendError } from "./error-reply.js";
import { guard } from "./guard.js";
import { HTTP_LIMITS, MAX_HEADER_FIELDS } from "./limits.js";
import { registerLogMetrics } from "./log-metrics.js";
import { HttpMetrics } from "./metrics.js";
import { ReadModel } from "./read-model.js";
import { requestId } from "./request-id.js";
import { originForm } from "./request-target.js";
import { attestationRoutes } from "./routes/attestations.js";
import { authorityRoutes } from "./routes/authority.js";
import { connectomeRoutes } from "./routes/connectome.js";
import { docsRoutes } from "./routes/docs.js";
import { healthRoutes } from "./routes/health.js";
import { logRoutes } from "./routes/log.js";
import { metricsRoute } from "./routes/metrics.js";
import { statusRoute } from "./routes/status.js";
import { treatyRoutes } from "./routes/treaties.js";
import { verifyRoutes } from "./routes/verify.js";
import { webhookRoute } from "./routes/webhook.js";
import { Slices } from "./slices.js";
import { stateFigures } from "./state-figures.js";

const BODY_LIMIT_BYTES = 64 * 1024;
const LOGGED_NAMES = 10;
/** Longer than any path that a route has; a target may have 16 KiB. */
const LOGGED_PATH_CHARACTERS = 512;

/** What the rest of the process tells the app, and asks of it. */
export interface Serving {
  /**
   * Builds what is served of the newest state, and gives its generation.
   * Throws AppError `service_not_ready` when the newest state cannot be used.
   */
  prepare(): Promise<number>;
  /** Shows an event of the controller in the metrics. */
  observe(event: ControllerEvent): void;
  /** Shows in the metrics what became of a notification. */
  countNotification(sink: string, result: string): void;
}

/**
 * The public read routes of protocol.md 7, and those of a controller that is given. Each app has its own metrics and its own
 * read model, and never writes. The caller keeps the reader and closes it after the app.
 */
export function buildApp(context: ServeContext): FastifyInstance & Serving {
  const { trustedProxies = 0 } = context;
  const limits = { ...HTTP_LIMITS, ...context.limits };
  const app = Fastify({
    logger: context.logger ?? false,
    // Fastify's own lines would halve the rate of small answers (measured); refusals and faults are logged below.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => requestId(request, context.requestIds),
    rewriteUrl: originForm,
    // So many addresses of X-Forwarded-For, from the right, were written by proxies that are known.
    trustProxy: trustedProxies > 0 && ((_address, hop) => hop < trustedProxies),
    bodyLimit: BODY_LIMIT_BYTES,
    // Fastify sets no time limits by itself.
    requestTimeout: 10_000,
    connectionTimeout: 15_000,
    keepAliveTimeout: 15_000,
    maxRequestsPerSocket: 1000,
    // A request without a host is answered by us, with the envelope.
    http: {
      headersTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: false,
    },
    forceCloseConnections: "idle",
    // What still arrives on an open connection while closing is answered, and the connection is closed after it.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, context.requestIds()),
  });
  app.server.maxHeadersCount = MAX_HEADER_FIELDS + 1;
  // node would answer an `Expect` that it does not know by itself, without the envelope; RFC 9110 10.1.1 lets us ignore it.
  app.server.on("checkExpectation", (request, response) =>
    app.server.emit("request", request, response),
  );
  limitConnections(app.server, limits, trustedProxies > 0);
  const metrics: HttpMetrics = new HttpMetrics(() => stateFigures(model));
  const controllerMetrics = new ControllerMetrics(metrics.registry, context.clock);
  registerLogMetrics(metrics.registry, () => context.reader.log().head());
  const slices = new Slices(context.slices);
  const model = new ReadModel({
    reader: context.reader,
    clock: context.clock,
    slices,
    onBuild: () => metrics.builds.inc(),
    onFault: (err) =>
      app.log.error({ err }, "the state cannot be used; the last usable one is served"),
    onUnverified: (names) => logUnverified(app, names),
  });
  app.addHook("onReady", async () => {
    model.latest();
  });
  app.addHook("onClose", async () => {
    slices.close();
    await model.settle();
  });

  app.setErrorHandler(sendError);
  app.setNotFoundHandler(() => {
    throw new AppError("not_found", "Not found");
  });
  guard(app, context, {
    limits,
    endpoint: () => context.endpoint ?? model.latest()?.generation.authority?.endpoint ?? null,
  });
  app.addHook("onRequest", refuseLargeBody);
  app.addHook("onResponse", async (request, reply) => {
    metrics.observe(
      request.routeOptions.url ?? "unmatched",
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    if (reply.statusCode >= 400) logRefusal(request, reply);
  });

  docsRoutes(app, context.version);
  const desk = openAdminDesk(app, context, model, limits);
  healthRoutes(app, context, model);
  metricsRoute(app, metrics.registry);
  authorityRoutes(app, context, model);
  treatyRoutes(app, context, model);
  attestationRoutes(app, model, desk);
  adminRoutes(app, desk, model);
  connectomeRoutes(app, model);
  verifyRoutes(app, context, { model, metrics, limits });
  logRoutes(app, model);
  statusRoute(app, context, model);
  webhookRoute(app, context, (result) => metrics.countWebhook(result));
  return Object.assign(app, {
    prepare: async () => model.prepare(),
    observe: (event: ControllerEvent) => controllerMetrics.observe(event),
    countNotification: (sink: string, result: string) =>
      controllerMetrics.countNotification(sink, result),
  });
}

/** A body that says it is too large is refused on every route, before anything is read. */
async function refuseLargeBody(request: FastifyRequest): Promise<void> {
  const limit = request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES;
  if (Number(request.headers["content-length"] ?? 0) > limit) throw refusal(413);
}

function logUnverified(app: FastifyInstance, names: readonly string[]): void {
  if (names.length === 0) {
    app.log.info("all that is served is signed as it should be again");
    return;
  }
  const documents = names.slice(0, LOGGED_NAMES);
  app.log.error(
    { documents, count: names.length },
    "what is served is not signed as it should be; the service is not ready",
  );
}

/**
 * The query is left out: it holds what was asked about whom. So is a path that is not ours: it may be of another service, whose
 * addresses hold tokens.
 */
function logRefusal(request: FastifyRequest, reply: FastifyReply): void {
  const { method, url } = request;
  const ours = url.split("?", 1)[0]?.slice(0, LOGGED_PATH_CHARACTERS);
  const path = request.is404 ? null : ours;
  request.log.info(
    { method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
    "request refused",
  );
}
