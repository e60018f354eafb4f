/** Decides for anybody whether a document holds, and says why not. */
import type { FastifyInstance } from "fastify";
import type { AuditEventType } from "../../model/audit.js";
import type { JsonObject } from "../../model/json.js";
import { clientKey } from "../client-address.js";
import type { ServeContext } from "../context.js";
import { commonHeaders } from "../headers.js";
import { acceptJson, jsonBody } from "../json-body.js";
import type { HttpLimits } from "../limits.js";
import type { HttpMetrics, VerificationType } from "../metrics.js";
import { RateLimit } from "../rate-limit.js";
import { notReady, type ReadModel } from "../read-model.js";
import { refuseOtherMethods } from "../read-route.js";
import { Freshness } from "../verify/freshness.js";
import {
  judgeAttestation,
  judgeAttestationWithTreaty,
  judgeTreaty,
  type Judge,
  type Judgement,
} from "../verify/judge.js";
import { Samples } from "../verify/samples.js";

interface Route {
  readonly url: string;
  readonly type: VerificationType;
  readonly event: AuditEventType;
  readonly judge: (body: JsonObject, judge: Judge) => Judgement;
}

const ROUTES: readonly Route[] = [
  {
    url: "/recognition-treaties/verify",
    type: "treaty",
    event: "recognition_treaty_verified",
    judge: judgeTreaty,
  },
  {
    url: "/attestations/verify",
    type: "attestation",
    event: "membership_attestation_verified",
    judge: judgeAttestation,
  },
  {
    url: "/attestations/verify-with-treaty",
    type: "attestation_with_treaty",
    event: "treaty_attestation_verified",
    judge: judgeAttestationWithTreaty,
  },
];

export interface VerifyParts {
  readonly model: ReadModel;
  readonly metrics: Pick<HttpMetrics, "countVerification">;
  readonly limits: Pick<HttpLimits, "verificationsPerMinute">;
}

export function verifyRoutes(
  app: FastifyInstance,
  { clock, controls }: ServeContext,
  { model, metrics, limits }: VerifyParts,
): void {
  const limit = new RateLimit(limits.verificationsPerMinute);
  const freshness = new Freshness();
  const samples = new Samples({
    controls,
    onFault: (err) => app.log.warn({ err }, "a sample of the verifications is not written"),
  });
  void app.register(async (scope) => {
    acceptJson(scope);
    for (const { url, type, event, judge } of ROUTES) {
      scope.route({
        method: "POST",
        url,
        // Before the body is read.
        onRequest: async (request) => limit.take(clientKey(request), clock()),
        handler: async (request, reply) => {
          const { authority, policyJson } = (await model.current()).generation;
          if (authority === null) throw notReady(["no_authority"]);
          const now = clock();
          const body = jsonBody(request);
          const { verdict, ids } = model.read((state) =>
            judge(body, { state, authority, policyJson, now, freshness }),
          );
          metrics.countVerification(type, verdict);
          samples.add(event, now, { ...verdict }, ids);
          return reply
            .headers(commonHeaders(request.id, "no-store"))
            .type("application/json")
            .send(Buffer.from(JSON.stringify({ ...verdict, ...ids })));
        },
      });
      refuseOtherMethods(scope, url, ["POST"]);
    }
  });
}
