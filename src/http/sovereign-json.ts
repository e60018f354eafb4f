/** The body of `/sovereign.json`: what other sovereigns' tools read before they recognise this one. */
import type { AuthorityRecord } from "../model/state.js";
import { parseGenesis } from "../protocol/documents.js";
import { toOffsetForm } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";

const SURFACES = {
  genesis: "/genesis",
  recognition_treaties: "/recognition-treaties",
  sovereign_revocation_feed: "/sovereign-revocation-feed",
  connectome: "/connectome.json",
  recognition_graph: "/recognition-graph",
};

/**
 * `endpoint` is the public origin to advertise, else the Authority resource's. It is never taken from the request's Host
 * field, which any client can choose; without an origin the surfaces are paths.
 */
export function sovereignJson(authority: AuthorityRecord, endpoint: string | undefined): string {
  const genesis = parseGenesis(parseJson(authority.genesisJson)).body;
  const origin = (endpoint ?? authority.endpoint)?.replace(/\/+$/, "") ?? null;
  return JSON.stringify({
    sovereign_id: authority.sovereignId,
    network_name: genesis.network_name,
    network_version: genesis.network_version,
    endpoint: origin,
    network_authority: {
      public_key: genesis.network_authority.public_key,
      valid_from: toOffsetForm(genesis.network_authority.valid_from),
      valid_to: toOffsetForm(genesis.network_authority.valid_to),
    },
    root_public_key: genesis.root_public_key,
    policy_manifest: genesis.policy_manifest,
    bootstrap_anchor_count: genesis.bootstrap_anchors.length,
    supported_surfaces: Object.fromEntries(
      Object.entries(SURFACES).map(([name, path]) => [name, `${origin ?? ""}${path}`]),
    ),
  });
}
