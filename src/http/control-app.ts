/** The operator's side of a running controller: a small HTTP application for a socket that only its owner can open. */
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { localAnswerJson, parseLocalRequest } from "../admin/local-request.js";
import { AppError } from "../errors.js";
import type { OperatorControls } from "../model/controller.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseTimestamp } from "../protocol/instant.js";
import type { ServeContext } from "./context.js";
import { commonHeaders } from "./headers.js";
import { refuseOtherMethods } from "./read-route.js";
import { refusal } from "./error-reply.js";

export interface ControlContext extends Pick<ServeContext, "logger" | "requestIds"> {
  readonly controls: OperatorControls;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** A whole feed may come with an action. */
const ACTION_LIMIT_BYTES = 8 * 1024 * 1024;

const BY = { type: "string", minLength: 1, maxLength: 256 } as const;
const REASON = { type: "string", minLength: 1, maxLength: 1024 } as const;
/** The audit writes it down as a whole number. */
const ALLOWED = {
  type: "integer",
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  nullable: true,
} as const;

interface ReconcileBody {
  readonly by: string;
  readonly allowRemovals: number | null;
  readonly allowLostPaths: number | null;
}

interface SuspendBody {
  readonly by: string;
  readonly reason: string;
  readonly until: string | null;
}

interface ResumeBody {
  readonly by: string;
  readonly reason: string | null;
  readonly acceptHistory: boolean;
}

/**
 * `GET /status.json`, `POST /reconcile`, `/suspend`, `/resume` and `/act`: the methods of `OperatorControls`, with their requests and their
 * values as JSON. An error is told whole, with its hint, because the other side is the same program.
 */
export function buildControlApp({ controls, logger, requestIds }: ControlContext): FastifyInstance {
  const app = Fastify({
    logger: logger ?? false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds,
    trustProxy: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 10_000,
    // A run may take its time, during which nothing is sent.
    connectionTimeout: 0,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    // A body is what it says: fastify would turn "1" into 1, and drop what it does not know.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false },
    },
  });
  app.setErrorHandler(sendControlError);
  app.setNotFoundHandler(() => {
    throw new AppError("not_found", "Not found");
  });

  app.get("/status.json", async (request, reply) => send(request, reply, await controls.status()));
  refuseOtherMethods(app, "/status.json", ["GET", "HEAD"]);

  app.post<{ Body: ReconcileBody }>(
    "/reconcile",
    exactly({ by: BY, allowRemovals: ALLOWED, allowLostPaths: ALLOWED }),
    async (request, reply) => send(request, reply, await controls.reconcile(request.body)),
  );
  app.post<{ Body: SuspendBody }>(
    "/suspend",
    exactly({ by: BY, reason: REASON, until: { type: "string", nullable: true, maxLength: 64 } }),
    async (request, reply) => {
      const until = request.body.until === null ? null : parseTimestamp(request.body.until);
      return send(request, reply, await controls.suspend({ ...request.body, until }));
    },
  );
  app.post<{ Body: ResumeBody }>(
    "/resume",
    exactly({ by: BY, reason: { ...REASON, nullable: true }, acceptHistory: { type: "boolean" } }),
    async (request, reply) => send(request, reply, await controls.resume(request.body)),
  );
  app.register(async (scope) => {
    // Read as it came: what is signed in a feed tells floats from integers.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: ACTION_LIMIT_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post<{ Body: Buffer }>("/act", async (request, reply) => {
      const answer = await controls.act(parseLocalRequest(request.body));
      return sendText(request, reply, localAnswerJson(answer));
    });
    refuseOtherMethods(scope, "/act", ["POST"]);
  });
  for (const url of ["/reconcile", "/suspend", "/resume"]) refuseOtherMethods(app, url, ["POST"]);
  return app;
}

/** The schema of a body with these fields, no other, and all of them. */
function exactly(properties: Readonly<Record<string, object>>): { readonly schema: object } {
  const required = Object.keys(properties);
  return {
    schema: { body: { type: "object", additionalProperties: false, required, properties } },
  };
}

function send(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  return sendText(request, reply, JSON.stringify(value));
}

function sendText(request: FastifyRequest, reply: FastifyReply, json: string): FastifyReply {
  return reply
    .headers(commonHeaders(request.id, "no-store"))
    .type("application/json")
    .send(Buffer.from(json));
}

function sendControlError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = toAppError(thrown);
  if (error.code === "internal") request.log.error({ err: thrown }, "request failed");
  const { code, message, hint, details } = error;
  const body = canonicalJson({ error: { code, message, hint, details, request_id: request.id } });
  return reply
    .code(error.status)
    .headers(commonHeaders(request.id, "no-store"))
    .type("application/json")
    .send(Buffer.from(body));
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof Error) || !("statusCode" in thrown))
    return new AppError("internal", "Internal error", { cause: thrown });
  // What a schema refuses is said in its own words; the reader wrote the request.
  if ("validation" in thrown) return new AppError("bad_request", thrown.message);
  return refusal(Number(thrown.statusCode));
}
