/** What operators may do over HTTP: each request is signed, and done by the controller or by nobody (protocol.md 7). */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AdminAction, AdminReply } from "../../model/admin.js";
import type { JsonObject } from "../../model/json.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { commonHeaders, receiptHeader } from "../headers.js";
import { acceptJson, jsonBody } from "../json-body.js";
import { pathParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { refuseOtherMethods } from "../read-route.js";
import {
  importFeed,
  issueAttestation,
  issueTreaty,
  revokeAttestation,
  revokeOperatorKey,
  revokeTreaty,
  savePolicy,
} from "./actions.js";
import type { AdminDesk, Asked } from "./desk.js";

interface Route {
  readonly url: string;
  readonly asks: Asked["asks"];
  /** `own` is the sovereign that signs here. */
  readonly read: (body: JsonObject, id: string, own: string | null) => AdminAction;
  /** Left out: that of the app. */
  readonly bodyLimit?: number;
}

/** A feed names every attestation that was ever revoked. */
const FEED_BYTES = 1024 * 1024;

const ROUTES: readonly Route[] = [
  {
    url: "/admin/recognition-treaties",
    asks: "issue_treaty",
    read: (body, _id, own) => issueTreaty(body, own),
  },
  { url: "/admin/recognition-treaties/:id/revoke", asks: "revoke_treaty", read: revokeTreaty },
  {
    url: "/admin/attestations",
    asks: "issue_attestation",
    read: (body, _id, own) => issueAttestation(body, own),
  },
  { url: "/admin/attestations/:id/revoke", asks: "revoke_attestation", read: revokeAttestation },
  { url: "/admin/recognition-policy", asks: "save_policy", read: savePolicy },
  {
    url: "/admin/sovereign-revocation-feeds/import",
    asks: "import_feed",
    read: importFeed,
    bodyLimit: FEED_BYTES,
  },
  {
    url: "/admin/operator-keys/:id/revoke",
    asks: "revoke_operator_key",
    read: revokeOperatorKey,
  },
];

export function adminRoutes(
  app: FastifyInstance,
  desk: AdminDesk,
  model: Pick<ReadModel, "read">,
): void {
  void app.register(async (scope) => {
    acceptJson(scope);
    for (const { url, asks, read, bodyLimit } of ROUTES) {
      scope.route({
        method: "POST",
        url,
        ...(bodyLimit === undefined ? {} : { bodyLimit }),
        onRequest: async (request: FastifyRequest) => desk.admit(request),
        handler: async (request, reply) => {
          const answer = await desk.perform(request, {
            asks,
            tier: "privileged",
            readBody: () => jsonBody(request),
            read: (body) => {
              const own = model.read((state) => state.authority())?.sovereignId ?? null;
              return read(body, pathParameter(request, "id"), own);
            },
          });
          return reply
            .code(answer.status)
            .headers({ ...commonHeaders(request.id, "no-store"), ...receiptHeader(answer.receipt) })
            .type("application/json")
            .send(bytesOf(answer));
        },
      });
      refuseOtherMethods(scope, url, ["POST"]);
    }
  });
}

/** As bytes: to a text of this type fastify adds a charset. The answer keeps its floats. */
function bytesOf({ body }: AdminReply): Buffer {
  return Buffer.from(canonicalJson(body), "latin1");
}
