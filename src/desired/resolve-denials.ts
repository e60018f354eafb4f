/** Revocations and received feeds: what the local sovereign takes away, or is told to. */
import type { DesiredFeed, DesiredRevocation } from "../model/desired.js";
import { parseFeed } from "../protocol/documents.js";
import { verifyFeed } from "../protocol/verify.js";
import { quoted } from "./characters.js";
import { Fields } from "./fields.js";
import { Owners } from "./owners.js";
import type { Resolution } from "./resolution.js";
import type { Sovereigns } from "./resolve-grants.js";

export function resolveRevocations(resolution: Resolution): readonly DesiredRevocation[] {
  const targets = new Owners(resolution, "duplicate_revocation", "the revocation of");
  return resolution.of("Revocation").map((resource) => {
    const { name, source, spec } = resource;
    const { kind, name: targetName = null, id = null } = spec.target;
    const target =
      targetName === null ? null : resolution.find(resource, "/spec/target/name", kind, targetName);
    const targetId = target?.kind === "OperatorKey" ? target.spec.keyId : id;
    targets.add(
      resource,
      "/spec/target",
      targetId === null ? `${kind} named ${targetName}` : `${kind} ${targetId}`,
    );
    return {
      name,
      source,
      targetKind: kind,
      targetName,
      targetId,
      reason: spec.reason,
      incident: spec.incident ?? null,
    };
  });
}

/** The feeds that a key of their issuer signed, whether they are accepted or not. */
export function resolveFeeds(
  resolution: Resolution,
  sovereigns: Sovereigns,
): readonly DesiredFeed[] {
  const files = new Owners(resolution, "duplicate_feed", "the file");
  const feedIds = new Owners(resolution, "duplicate_feed", "the feed");
  return resolution.of("RevocationFeed").flatMap((resource) => {
    const { name, source, spec } = resource;
    resolution.find(resource, "/spec/issuer", "Sovereign", spec.issuer);
    const isFirst = files.add(resource, "/spec/file", spec.file);
    const feed = new Fields(resolution, resource).document("/spec/file", spec.file, parseFeed);
    if (feed === null) return [];
    if (isFirst) feedIds.add(resource, "/spec/file", feed.body.feed_id);
    const sovereign = sovereigns.get(spec.issuer);
    if (sovereign === undefined) return [];
    const { sovereignId: issuerSovereignId, publicKeys } = sovereign;
    const decision = verifyFeed(feed, publicKeys, { issuer: issuerSovereignId });
    if (decision.accepted)
      return { name, source, issuerSovereignId, feed: decision.document, accept: spec.accept };
    if (decision.reason === "wrong_issuer") {
      const message = `the feed was issued by ${quoted(feed.body.issuer_sovereign_id)}, not by ${quoted(issuerSovereignId)}`;
      resolution.report("feed_issuer_mismatch", resource, "/spec/issuer", message);
    } else {
      resolution.report(
        "feed_signature",
        resource,
        "/spec/file",
        `no signature of the feed holds under a key of ${quoted(spec.issuer)}`,
      );
    }
    return [];
  });
}
