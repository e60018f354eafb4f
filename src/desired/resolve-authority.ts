/** The Authority: who the local sovereign is, proven by its genesis. */
import type { DesiredAuthority } from "../model/desired.js";
import type { GenesisBlock, PublicKey, Verified } from "../model/documents.js";
import { parseGenesis } from "../protocol/documents.js";
import { signatureHolds } from "../protocol/verify.js";
import { quoted } from "./characters.js";
import { Fields } from "./fields.js";
import type { Resolution, ResourceOf } from "./resolution.js";
import { resolvePolicy } from "./resolve-policy.js";

type Authority = ResourceOf<"Authority">;

/** Null when it has faults. A tree without one is not a trust repository yet, or no longer. */
export function resolveAuthority(resolution: Resolution): DesiredAuthority | null {
  const [resource] = resolution.of("Authority");
  if (resource === undefined) {
    if (!resolution.input.isInFaultyFile("Authority"))
      resolution.reportTree("missing_authority", "no Authority resource stands in the tree");
    return null;
  }
  const { spec, name, source } = resource;
  const fields = new Fields(resolution, resource);
  const publicKey = fields.publicKey("/spec/publicKey", spec.publicKey);
  const genesis = resolveGenesis(resolution, resource, fields, publicKey);
  const policy = resolvePolicy(fields, spec.policy ?? {});
  if (publicKey === null || genesis === null || policy === null) return null;
  return {
    name,
    source,
    sovereignId: spec.sovereignId,
    keyId: spec.keyId,
    publicKey,
    genesis,
    endpoint: spec.endpoint ?? null,
    policy,
  };
}

/** The genesis binds the sovereign's name to the authority's key (protocol.md 3), so all three must agree. */
function resolveGenesis(
  resolution: Resolution,
  resource: Authority,
  fields: Fields,
  publicKey: PublicKey | null,
): Verified<GenesisBlock> | null {
  const { genesis: file, sovereignId } = resource.spec;
  const genesis = fields.document("/spec/genesis", file, parseGenesis);
  if (genesis === null) return null;
  const {
    network_name: network,
    network_authority: authority,
    root_public_key: root,
  } = genesis.body;
  if (network !== sovereignId) {
    resolution.report(
      "genesis_name_mismatch",
      resource,
      "/spec/genesis",
      `the genesis is of the network ${quoted(network)}, not of ${quoted(sovereignId)}`,
    );
  }
  if (publicKey !== null && authority.public_key !== publicKey) {
    resolution.report(
      "authority_key_mismatch",
      resource,
      "/spec/publicKey",
      `the genesis names ${quoted(authority.public_key)} as the authority's key`,
    );
  }
  const verified = signatureHolds(genesis, [root]);
  if (verified === null)
    resolution.report(
      "genesis_signature",
      resource,
      "/spec/genesis",
      "no signature of the genesis holds under its own root_public_key",
    );
  return verified;
}
