/** Wakes the controller. What the request carries is not read: it only has to be signed. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { AppError } from "../../errors.js";
import type { Instant } from "../../model/time.js";
import { verifyHubSignature, verifyWebhook } from "../../notify/webhook-signature.js";
import { clientKey } from "../client-address.js";
import type { ServeContext } from "../context.js";
import { FailureLimit } from "../failure-limit.js";
import { commonHeaders } from "../headers.js";
import type { WebhookResult } from "../metrics.js";
import { refuseOtherMethods } from "../read-route.js";
import { SeenOnce } from "../seen-once.js";

const URL = "/hooks/git";
/** A push of many commits is described at length. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const REMEMBERED_SECONDS = 600;
const REMEMBERED_REQUESTS = 10_000;
const FAILURES = { failures: 30, seconds: 60, addresses: 10_000 };
const BYTES = "application/octet-stream";
const EMPTY = Buffer.alloc(0);

/** Registers nothing unless there is a secret and someone to wake. */
export function webhookRoute(
  app: FastifyInstance,
  { webhookSecret, wake, clock }: ServeContext,
  count: (result: WebhookResult) => void,
): void {
  if (webhookSecret === undefined || wake === undefined) return;
  const seen = new SeenOnce(REMEMBERED_SECONDS, REMEMBERED_REQUESTS);
  const failed = new FailureLimit(FAILURES);

  // A context of its own: here a body is bytes, whatever its type says, for the signature is over the bytes.
  void app.register(async (hooks) => {
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser(BYTES, { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    hooks.route({
      method: "POST",
      url: URL,
      bodyLimit: BODY_LIMIT_BYTES,
      // Before the body is read and its signature computed.
      onRequest: async (request, reply) => {
        if (failed.isReached(clientKey(request), clock())) {
          count("throttled");
          reply.header("retry-after", String(FAILURES.seconds));
          throw new AppError("too_many_requests", "Too many requests with a bad signature");
        }
        // Whatever a sender calls its body, even in words that are no type.
        request.headers["content-type"] = BYTES;
      },
      handler: async (request, reply) => {
        const now = clock();
        const body = Buffer.isBuffer(request.body) ? request.body : EMPTY;
        const name = signedName(webhookSecret, request.headers, body, now);
        if (name === null) {
          failed.add(clientKey(request), now);
          count("refused");
          throw new AppError("webhook_refused", "The request is not signed as it should be");
        }
        if (!seen.isFirst(name, now)) {
          count("replayed");
          throw new AppError("webhook_replayed", "This request came before");
        }
        count("accepted");
        wake("webhook");
        return reply
          .code(202)
          .headers(commonHeaders(request.id, "no-store"))
          .type("application/json")
          .send(Buffer.from('{"status":"accepted"}'));
      },
    });
    refuseOtherMethods(hooks, URL, ["POST"]);
  });
}

/**
 * What tells a request that is signed as it should be from the next one; null for any other. With `webhook-id` it is judged
 * by Standard Webhooks, else as GitHub, Gitea and Forgejo sign, whose signature is the same when the request is sent again.
 */
function signedName(
  secret: Uint8Array,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  now: Instant,
): string | null {
  const id = single(headers["webhook-id"]);
  if (id !== undefined) {
    const timestamp = single(headers["webhook-timestamp"]);
    const signature = single(headers["webhook-signature"]);
    const seconds = Number(now / 1_000_000n);
    const verdict = verifyWebhook(secret, { id, timestamp, signature }, body, seconds);
    return verdict === "ok" ? `id ${id}` : null;
  }
  const signature = single(headers["x-hub-signature-256"]);
  return verifyHubSignature(secret, signature, body) === "ok" ? `signature ${signature}` : null;
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
