/** The signed parts of `examples/`, made byte for byte again from labels: keys, genesis blocks and feeds. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { compile } from "../src/desired/compile.js";
import { DEFAULT_LIMITS } from "../src/desired/limits.js";
import { readWorktree } from "../src/git/worktree.js";
import type { DocumentBody, SovereignRevocationFeed, Verified } from "../src/model/documents.js";
import { objectId } from "../src/plan/identity.js";
import { attestationSpec } from "../src/plan/spec.js";
import { prettyJson } from "../src/protocol/canonical.js";
import { documentJson } from "../src/protocol/documents.js";
import { parseTimestamp } from "../src/protocol/instant.js";
import { parseJson } from "../src/protocol/json.js";
import { CONCORDAT_NAMESPACE, uuid5 } from "../src/protocol/uuid.js";
import { PrivateKey } from "../src/sign/private-key.js";
import { signDocument } from "../src/sign/sign-document.js";

/** Each example by its folder, and the label of its sovereign. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  "one-operator": "alpha",
  "federation/acme": "acme",
  "federation/globex": "globex",
  "federation/initech": "initech",
  "federation/umbrella": "umbrella",
  "federation/hooli": "hooli",
};

export const EXAMPLES_FOLDER = join(import.meta.dirname, "..", "examples");

const FROM = parseTimestamp("2026-01-01T00:00:00Z");
const UNTIL = parseTimestamp("2036-01-01T00:00:00Z");

/** The key of a label such as `acme authority`. Anyone can make it, so it protects nothing. */
export function exampleKey(label: string): PrivateKey {
  const seed = createHash("sha256").update(`concordat example key: ${label}`).digest();
  return PrivateKey.fromSeed(seed);
}

/** The texts of the signed files by their paths below `examples/`, which must hold the resources already. */
export function exampleDocuments(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [folder, label] of Object.entries(EXAMPLES)) {
    files.set(`${folder}/genesis.json`, genesis(label));
  }
  const contractor = attestationId("globex", "contractor");
  files.set(
    "federation/acme/feeds/globex-4.json",
    feed("globex", 4, { [contractor]: "contract_ended" }),
  );
  const campus = attestationId("hooli", "campus");
  files.set(
    "federation/acme/feeds/hooli-12.json",
    feed("hooli", 12, { [campus]: "published_by_mistake" }),
  );
  return files;
}

function genesis(label: string): string {
  const root = exampleKey(`${label} root`);
  return textOf(
    signDocument(
      {
        network_name: label.toUpperCase(),
        network_version: "v0.1",
        root_public_key: root.publicKey,
        network_authority: {
          public_key: exampleKey(`${label} authority`).publicKey,
          valid_from: FROM,
          valid_to: UNTIL,
        },
        allowed_crypto_suites: ["ed25519", "x25519"],
        allowed_transports: ["quic", "wireguard"],
        policy_manifest: { hash: "sha256:placeholder", url: null },
        bootstrap_anchors: [],
      },
      `${label}-root`,
      root,
    ),
  );
}

function feed(label: string, sequence: number, reasons: Readonly<Record<string, string>>): string {
  const body: SovereignRevocationFeed = {
    feed_id: uuid5(CONCORDAT_NAMESPACE, `example feed ${label} ${sequence}`),
    issuer_sovereign_id: label.toUpperCase(),
    sequence,
    issued_at: FROM,
    revoked_attestation_ids: Object.keys(reasons).toSorted(),
    revocation_reasons: reasons,
    issued_by: `${label}-authority`,
  };
  return textOf(signDocument(body, body.issued_by, exampleKey(`${label} authority`)));
}

/** The id under which a sovereign of the federation signs its attestation. */
function attestationId(label: string, name: string): string {
  const dir = join(EXAMPLES_FOLDER, "federation", label);
  const { files, read } = readWorktree(dir, DEFAULT_LIMITS);
  const others = files.filter((file) => file.path !== "genesis.json");
  const bytes = Buffer.from(genesis(label));
  const own = {
    path: "genesis.json",
    mode: "100644" as const,
    blob: "genesis",
    size: bytes.length,
  };
  const { desired, diagnostics } = compile(
    {
      commit: "",
      tree: "",
      files: [...others, own],
      read: (blob) => (blob === "genesis" ? bytes : read(blob)),
    },
    { limits: DEFAULT_LIMITS },
  );
  const attestation = desired?.attestations.find((candidate) => candidate.name === name);
  if (desired === null || attestation === undefined) {
    throw new Error(`${dir} has no attestation ${name}: ${JSON.stringify(diagnostics)}`);
  }
  const spec = attestationSpec(attestation);
  return objectId(desired.authority.sovereignId, "MembershipAttestation", name, spec, 0);
}

function textOf(document: Verified<DocumentBody>): string {
  return `${prettyJson(parseJson(documentJson(document)))}\n`;
}
