/** OperatorKeys and Sovereigns: whose keys they are, and that no key or id stands under two names. */
import type { DesiredOperatorKey, DesiredSovereign } from "../model/desired.js";
import { quoted } from "./characters.js";
import { Fields } from "./fields.js";
import { Owners } from "./owners.js";
import type { Resolution, ResourceOf } from "./resolution.js";
import { resolvedOnce } from "./resolved-once.js";

/** The operator keys without faults. `ownKey` is the authority's public key as its resource gives it. */
export function resolveOperatorKeys(
  resolution: Resolution,
  ownKey: string | null,
): readonly DesiredOperatorKey[] {
  const keyIds = new Owners(resolution, "duplicate_key_id", "the key id");
  const publicKeys = new Owners(resolution, "shared_public_key", "the public key");
  return resolution.of("OperatorKey").flatMap((resource) => {
    const { spec, name, source } = resource;
    const fields = new Fields(resolution, resource);
    const publicKey = fields.publicKey("/spec/publicKey", spec.publicKey);
    keyIds.add(resource, "/spec/keyId", spec.keyId);
    publicKeys.add(resource, "/spec/publicKey", spec.publicKey);
    if (spec.publicKey === ownKey) {
      resolution.report(
        "own_public_key",
        resource,
        "/spec/publicKey",
        "this is the authority's own key, which signs documents and no requests",
      );
    }
    const { from: validFrom, until: validUntil } = fields.window(
      "/spec/validity",
      spec.validity ?? {},
    );
    const since = fields.time("/spec/since", spec.since);
    if (publicKey === null) return [];
    const { keyId, tier, holder, state = "active" } = spec;
    return { name, source, keyId, publicKey, tier, holder, validFrom, validUntil, state, since };
  });
}

/** The foreign sovereigns without faults. */
export function resolveSovereigns(
  resolution: Resolution,
  ownId: string | null,
  ownKey: string | null,
): readonly DesiredSovereign[] {
  const ids = new Owners(resolution, "duplicate_sovereign_id", "the sovereign id");
  const publicKeys = new Owners(resolution, "shared_public_key", "the public key");
  const list = resolution.of("Sovereign").map((resource) => {
    const { spec } = resource;
    const { sovereignId } = spec;
    ids.add(resource, "/spec/sovereignId", sovereignId);
    if (sovereignId === ownId) {
      resolution.report(
        "duplicate_sovereign_id",
        resource,
        "/spec/sovereignId",
        `${quoted(sovereignId)} is the local sovereign itself`,
      );
    }
    for (const [index, key] of spec.publicKeys.entries()) {
      const path = `/spec/publicKeys/${index}`;
      publicKeys.add(resource, path, key);
      if (key === ownKey)
        resolution.report(
          "own_public_key",
          resource,
          path,
          "this is the local authority's own key",
        );
    }
    return resolveSovereign(resolution, resource);
  });
  return list.filter((sovereign) => sovereign !== null);
}

/** Its own fields alone. Treaties lean on the result, so it must be the same object while nothing of it has changed. */
const resolveSovereign = resolvedOnce(
  (resolution, resource: ResourceOf<"Sovereign">): DesiredSovereign => {
    const { spec, name, source } = resource;
    const fields = new Fields(resolution, resource);
    const { sovereignId, feed = {} } = spec;
    const publicKeys = fields.publicKeys("/spec/publicKeys", spec.publicKeys);
    const maxAge =
      feed.maxAge === undefined ? null : fields.duration("/spec/feed/maxAge", feed.maxAge);
    return {
      name,
      source,
      sovereignId,
      publicKeys,
      endpoint: spec.endpoint ?? null,
      feed: { url: feed.url ?? null, maxAge, suspend: feed.suspend ?? false },
    };
  },
);
