/** The desk of an app: what authenticates, throttles and writes down, over one context. */
import type { FastifyInstance } from "fastify";
import type { ServeContext } from "../context.js";
import type { HttpLimits } from "../limits.js";
import type { ReadModel } from "../read-model.js";
import { Authenticator } from "./authenticate.js";
import { AdminDesk } from "./desk.js";
import { FailureAudit } from "./failure-audit.js";
import { FailureThrottle } from "./failure-throttle.js";

const FLUSH_EVERY_MS = 10_000;

export function openAdminDesk(
  app: FastifyInstance,
  { clock, controls, adminLegacySignatures = "refuse" }: ServeContext,
  model: ReadModel,
  { adminRequestsPerMinute }: Pick<HttpLimits, "adminRequestsPerMinute">,
): AdminDesk {
  const audit = new FailureAudit({
    controls,
    onFault: (err) => app.log.warn({ err }, "failed admin requests are not written down"),
  });
  // The summary of a flood must not wait for the next one.
  const flushing = setInterval(() => audit.flush(clock()), FLUSH_EVERY_MS).unref();
  app.addHook("onClose", async () => {
    clearInterval(flushing);
    audit.flush(null);
  });
  const authenticator = new Authenticator({
    read: (read) => model.read(read),
    clock,
    legacySignatures: adminLegacySignatures,
    throttle: new FailureThrottle(),
    audit,
  });
  return new AdminDesk({
    controls,
    clock,
    authenticator,
    requestsPerMinute: adminRequestsPerMinute,
  });
}
