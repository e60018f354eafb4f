/** Takes admin requests in: who asks, what is asked, and the answer of the one that writes. */
import type { FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { AdminAction, AdminReply, AdminRequest, RefuseRequest } from "../../model/admin.js";
import type { Controls } from "../../model/controller.js";
import type { JsonObject } from "../../model/json.js";
import type { Tier } from "../../model/resources.js";
import type { Instant } from "../../model/time.js";
import { clientKey } from "../client-address.js";
import { RateLimit } from "../rate-limit.js";
import { notReady } from "../read-model.js";
import type { Authenticator } from "./authenticate.js";

export interface Asked {
  /** What the route is for. */
  readonly asks: RefuseRequest["asked"];
  readonly tier: Tier;
  /** Throws AppError as `jsonBody`. Left out: a request without a body. */
  readonly readBody?: () => JsonObject;
  /** What exactly is asked. Throws the AppError that it is refused with before anything is looked up. */
  readonly read: (body: JsonObject) => AdminAction;
}

export interface DeskOptions {
  readonly controls: Controls | undefined;
  readonly clock: () => Instant;
  readonly authenticator: Authenticator;
  readonly requestsPerMinute: number;
}

export class AdminDesk {
  readonly #options: DeskOptions;
  readonly #limit: RateLimit;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#limit = new RateLimit(options.requestsPerMinute);
  }

  /** Before the body is read. Throws AppError `rate_limit_exceeded` and `no_controller`. */
  admit(request: FastifyRequest): void {
    this.#limit.take(clientKey(request), this.#options.clock());
    this.#controls();
  }

  /**
   * Throws AppError `no_controller`, those of `authenticate`, `insufficient_operator_tier`, whatever the action is refused
   * with, and `service_not_ready` for what is wrong on this side.
   */
  async perform(request: FastifyRequest, asked: Asked): Promise<AdminReply> {
    const controls = this.#controls();
    const { authenticator } = this.#options;
    const { tier, readBody = () => ({}) } = asked;
    const { caller, body } = authenticator.authenticate(request, readBody);
    const sent: AdminRequest = { caller, action: actionOf(asked, body), requiredTier: tier };
    try {
      return await controls.admin(sent);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "internal") throw error;
      switch (error.code) {
        case "nonce_replayed":
        case "admin_request_stale":
        case "operator_key_refused":
          throw authenticator.refusedLater(request, caller, error.code);
        case "insufficient_operator_tier":
          authenticator.countOverreach(request, caller);
          throw error;
        default:
          if (error.status < 500) throw error;
          request.log.error({ err: error }, "an admin request could not be done");
          throw notReady([error.code], error);
      }
    }
  }

  #controls(): Controls {
    const { controls } = this.#options;
    if (controls === undefined)
      throw new AppError("no_controller", "This service only reads; nothing can be changed here");
    return controls;
  }
}

/** A request that cannot be understood goes on as such: its nonce is spent, and its key must be of the tier. */
function actionOf({ asks, read }: Asked, body: JsonObject): AdminAction {
  try {
    return read(body);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const { code, message, details } = error;
    return { action: "refuse", asked: asks, code, message, details };
  }
}
