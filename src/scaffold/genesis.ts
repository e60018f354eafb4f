/** The first genesis of a sovereign (protocol.md 3): its root key says which key is the authority's. */
import type { GenesisBlock, PublicKey, Verified } from "../model/documents.js";
import type { Instant, Seconds } from "../model/time.js";
import { fromInstant, plusSeconds } from "../protocol/instant.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";

const YEAR: Seconds = 365 * 24 * 60 * 60;

/** Signed by the root key, and valid for a year. The suites, transports and manifest are those of the reference. */
export function firstGenesis(
  sovereignId: string,
  authority: PublicKey,
  root: PrivateKey,
  now: Instant,
): Verified<GenesisBlock> {
  const body: GenesisBlock = {
    network_name: sovereignId,
    network_version: "v0.1",
    root_public_key: root.publicKey,
    network_authority: {
      public_key: authority,
      valid_from: fromInstant(now),
      valid_to: fromInstant(plusSeconds(now, YEAR)),
    },
    allowed_crypto_suites: ["ed25519", "x25519"],
    allowed_transports: ["quic", "wireguard"],
    policy_manifest: { hash: "sha256:placeholder", url: null },
    bootstrap_anchors: [],
  };
  return signDocument(body, "root", root);
}
