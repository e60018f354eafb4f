/** The genesis of a sovereign (protocol.md 3): its root key says which key is the authority's, and until when. */
import { AppError } from "../errors.js";
import type { GenesisBlock, PublicKey, Unverified, Verified } from "../model/documents.js";
import type { Instant, Seconds } from "../model/time.js";
import { fromInstant, plusSeconds } from "../protocol/instant.js";
import { signatureHolds } from "../protocol/verify.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";

export const YEAR: Seconds = 365 * 24 * 60 * 60;

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

/**
 * The next genesis: the same sovereign and root, for `authority` from now on and for `seconds`.
 * Throws AppError `verification_refused` when `root` is not the key that signed the present one.
 */
export function nextGenesis(
  present: Unverified<GenesisBlock>,
  authority: PublicKey,
  root: PrivateKey,
  now: Instant,
  seconds: Seconds,
): Verified<GenesisBlock> {
  const { body, signatures } = present;
  if (
    body.root_public_key !== root.publicKey ||
    signatureHolds(present, [root.publicKey]) === null
  ) {
    throw new AppError(
      "verification_refused",
      "this is not the root key that signed the present genesis",
      {
        hint: "use the root.key that was moved offline when the repository was made",
      },
    );
  }
  const next: GenesisBlock = {
    ...body,
    network_authority: {
      public_key: authority,
      valid_from: fromInstant(now),
      valid_to: fromInstant(plusSeconds(now, seconds)),
    },
  };
  return signDocument(next, signatures[0]?.key_id ?? "root", root);
}
