/** What this sovereign says about itself: its genesis, its metadata, its policy and its own revocations. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { AuthorityRecord } from "../../model/state.js";
import type { ServeContext } from "../context.js";
import { queryParameter } from "../parameters.js";
import { notReady, type ReadModel } from "../read-model.js";
import { viewRoute } from "../read-route.js";
import { sovereignJson } from "../sovereign-json.js";
import type { View } from "../view.js";

export function authorityRoutes(
  app: FastifyInstance,
  context: ServeContext,
  model: ReadModel,
): void {
  viewRoute(app, "/genesis", model, (view) =>
    view.document("genesis", () => authorityOf(view).genesisJson),
  );
  viewRoute(app, "/sovereign.json", model, (view) =>
    view.document("sovereign", () => sovereignJson(authorityOf(view), context.endpoint)),
  );
  viewRoute(app, "/recognition-policy", model, (view) =>
    view.document("policy", () => policyOf(view)),
  );
  viewRoute(app, "/sovereign-revocation-feed", model, (view, request) => {
    checkIssuer(request, authorityOf(view));
    return view.document("feed", () => feedOf(view));
  });
}

function authorityOf(view: View): AuthorityRecord {
  if (view.generation.authority === null) throw notReady(["no_authority"]);
  return view.generation.authority;
}

function policyOf(view: View): string {
  if (view.generation.policyJson === null) {
    throw new AppError("recognition_policy_not_configured", "Recognition policy not configured");
  }
  return view.generation.policyJson;
}

function feedOf(view: View): string {
  if (view.generation.feedJson === null)
    throw new AppError("feed_not_published", "No revocation feed has been published");
  // No partner could take it, and one that keeps the feed before knows as much.
  if (view.unverified.includes("feed")) throw notReady(["state_unverified"]);
  return view.generation.feedJson;
}

/** The feed is signed by this authority, so it can name no other issuer. An empty id is another issuer, as in the reference. */
function checkIssuer(request: FastifyRequest, authority: AuthorityRecord): void {
  const requested = queryParameter(request, "issuer_sovereign_id");
  if (requested !== null && requested !== authority.sovereignId) {
    throw new AppError(
      "feed_issuer_mismatch",
      "This Network Authority publishes only its own revocation feed",
    );
  }
}
