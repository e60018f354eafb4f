/** Desired states built by hand, with every field that a test does not care about filled in. */
import { createHash } from "node:crypto";
import type {
  Desired,
  DesiredAttestation,
  DesiredAuthority,
  DesiredFeed,
  DesiredOperatorKey,
  DesiredPolicy,
  DesiredRevocation,
  DesiredSovereign,
  DesiredTreaty,
  SafetyPolicy,
} from "../../src/model/desired.js";
import type { GenesisBlock, SovereignRevocationFeed, Verified } from "../../src/model/documents.js";
import type { Source } from "../../src/model/resources.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { keyOf } from "./keys.js";

export const OWN = "ACME";

export const POLICY: SafetyPolicy = {
  removals: { count: 3, percent: 10 },
  lostPaths: { count: 10, percent: 20 },
  approvals: { reduces: 0, keeps: 0, widens: 0 },
  freeze: [],
  unmanaged: "report",
  selfHeal: "deny-only",
  maxValidity: { treaty: 366 * 86_400, attestation: 366 * 86_400 },
  maxSequenceJump: 10_000,
};

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function source(file: string, content: unknown): Source {
  return { file, line: 1, column: 1, blob: sha1(JSON.stringify(content)) };
}

export function genesis(
  authorityLabel = "authority",
  validTo = "2036-01-01T00:00:00Z",
  rootLabel = "root",
): Verified<GenesisBlock> {
  const root = keyOf(rootLabel);
  return signDocument<GenesisBlock>(
    {
      network_name: OWN,
      network_version: "v0.1",
      root_public_key: root.publicKey,
      network_authority: {
        public_key: keyOf(authorityLabel).publicKey,
        valid_from: parseTimestamp("2026-01-01T00:00:00Z"),
        valid_to: parseTimestamp(validTo),
      },
      allowed_crypto_suites: ["ed25519"],
      allowed_transports: ["quic"],
      policy_manifest: { hash: "sha256:placeholder", url: null },
      bootstrap_anchors: [],
    },
    "root",
    root,
  );
}

export function authority(
  given: Partial<DesiredAuthority> & { readonly label?: string } = {},
): DesiredAuthority {
  const { label = "authority", ...rest } = given;
  return {
    name: "acme",
    source: source("authority.yaml", Object.keys(rest)),
    sovereignId: OWN,
    keyId: "acme-1",
    publicKey: keyOf(label).publicKey,
    genesis: genesis(label),
    endpoint: null,
    policy: POLICY,
    ...rest,
  };
}

export function operatorKey(
  name: string,
  given: Partial<DesiredOperatorKey> = {},
): DesiredOperatorKey {
  return {
    name,
    source: source(`operators/${name}.yaml`, given),
    keyId: name,
    publicKey: keyOf(`operator ${name}`).publicKey,
    tier: "privileged",
    holder: "the operator",
    validFrom: null,
    validUntil: null,
    state: "active",
    since: null,
    ...given,
  };
}

export function sovereign(name: string, given: Partial<DesiredSovereign> = {}): DesiredSovereign {
  return {
    name,
    source: source(`sovereigns/${name}.yaml`, given),
    sovereignId: name.toUpperCase(),
    publicKeys: [keyOf(`sovereign ${name}`).publicKey],
    endpoint: null,
    feed: { url: null, maxAge: null, suspend: false },
    ...given,
  };
}

export function treaty(
  name: string,
  subject: string,
  given: Partial<DesiredTreaty> = {},
): DesiredTreaty {
  return {
    name,
    source: source(`treaties/${name}.yaml`, given),
    subjectSovereignId: subject.toUpperCase(),
    subjectPublicKeys: [keyOf(`sovereign ${subject}`).publicKey],
    allowedRoles: ["role:client"],
    acceptedStatuses: ["active"],
    scopeClaims: {},
    validity: { from: null, until: null, duration: 168 * 3_600 },
    renewBefore: null,
    metadata: {},
    reissue: 0,
    ...given,
  };
}

export function attestation(
  name: string,
  given: Partial<DesiredAttestation> = {},
): DesiredAttestation {
  return {
    name,
    source: source(`attestations/${name}.yaml`, given),
    subjectId: `subject-${name}`,
    subjectPublicKey: null,
    roles: ["role:client"],
    validity: { from: null, until: null, duration: 168 * 3_600 },
    claims: {},
    reissue: 0,
    ...given,
  };
}

export function revocation(name: string, given: Partial<DesiredRevocation>): DesiredRevocation {
  return {
    name,
    source: source(`revocations/${name}.yaml`, given),
    targetKind: "RecognitionTreaty",
    targetName: null,
    targetId: null,
    reason: "relationship_ended",
    incident: null,
    ...given,
  };
}

export function signedFeed(
  issuer: string,
  sequence: number,
  ids: readonly string[],
  feedId = `feed-${issuer}-${sequence}`,
): Verified<SovereignRevocationFeed> {
  return signDocument<SovereignRevocationFeed>(
    {
      feed_id: feedId,
      issuer_sovereign_id: issuer.toUpperCase(),
      sequence,
      issued_at: parseTimestamp("2026-11-01T00:00:00Z"),
      revoked_attestation_ids: ids.toSorted(),
      revocation_reasons: {},
      issued_by: "their-key",
    },
    "their-key",
    keyOf(`sovereign ${issuer}`),
  );
}

export function feed(
  name: string,
  signed: Verified<SovereignRevocationFeed>,
  accept = true,
): DesiredFeed {
  return {
    name,
    source: source(`feeds/${name}.yaml`, [name, accept]),
    issuerSovereignId: signed.body.issuer_sovereign_id,
    feed: signed,
    accept,
  };
}

export function recognitionPolicy(given: Partial<DesiredPolicy> = {}): DesiredPolicy {
  return {
    name: "local",
    source: source("policies/local.yaml", given),
    recognizedIssuers: [],
    revokedAttestationIds: [],
    ...given,
  };
}

type Parts = Partial<Omit<Desired, "commit" | "tree">>;

/** A desired state; its tree and commit ids follow its content, as git's would. */
export function desired(parts: Parts = {}, commit?: string): Desired {
  const whole = {
    authority: authority(),
    operatorKeys: [operatorKey("operator-root")],
    sovereigns: [sovereign("globex"), sovereign("initech")],
    treaties: [],
    attestations: [],
    revocations: [],
    feeds: [],
    policy: null,
    ...parts,
  };
  const tree = sha1(JSON.stringify(whole));
  return { commit: commit ?? sha1(`commit ${tree}`), tree, ...whole };
}
