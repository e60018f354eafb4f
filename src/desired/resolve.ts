/** Resources to the desired state: every reference resolved, every default filled in, every document verified. */
import type { Desired, DesiredRevocation } from "../model/desired.js";
import { printable } from "./characters.js";
import { diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";
import { Resolution } from "./resolution.js";
import type { ResolveInput } from "./resolution.js";
import { resolveAuthority } from "./resolve-authority.js";
import { resolveFeeds, resolveRevocations } from "./resolve-denials.js";
import {
  resolveAttestations,
  resolveRecognitionPolicy,
  resolveTreaties,
} from "./resolve-grants.js";
import { resolveOperatorKeys, resolveSovereigns } from "./resolve-keys.js";

export interface Resolved {
  /** Complete only when no diagnostic is an error; null when there is no Authority to speak of. */
  readonly desired: Desired | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Resolves all kinds, and reports every fault of every one. */
export function resolve(input: ResolveInput): Resolved {
  const resolution = new Resolution(input);
  const [local] = resolution.of("Authority");
  const ownId = local?.spec.sovereignId ?? null;
  const ownKey = local?.spec.publicKey ?? null;
  const authority = resolveAuthority(resolution);
  const operatorKeys = resolveOperatorKeys(resolution, ownKey);
  const list = resolveSovereigns(resolution, ownId, ownKey);
  const sovereigns = new Map(list.map((sovereign) => [sovereign.name, sovereign]));
  const revocations = resolveRevocations(resolution);
  const resolved = {
    operatorKeys,
    sovereigns: list,
    treaties: resolveTreaties(resolution, sovereigns),
    attestations: resolveAttestations(resolution),
    revocations,
    feeds: resolveFeeds(resolution, sovereigns),
    policy: resolveRecognitionPolicy(resolution, sovereigns),
  };
  checkLockout(resolution, revocations);
  checkDocuments(resolution);
  const { commit, tree } = input;
  const desired = authority === null ? null : { commit, tree, authority, ...resolved };
  return { desired, diagnostics: resolution.diagnostics };
}

/** Judged on the resources as written, so that a fault in a key is not reported as a lockout too. */
function checkLockout(resolution: Resolution, revocations: readonly DesiredRevocation[]): void {
  const revoked = new Set(
    revocations
      .filter(({ targetKind }) => targetKind === "OperatorKey")
      .map(({ targetId }) => targetId),
  );
  const isUsable = resolution
    .of("OperatorKey")
    .some(
      ({ spec: { tier, state = "active", keyId } }) =>
        tier === "privileged" && state === "active" && !revoked.has(keyId),
    );
  if (!isUsable && !resolution.input.isInFaultyFile("OperatorKey")) {
    resolution.reportTree(
      "self_lockout",
      "no active privileged OperatorKey is left that is not revoked",
    );
  }
}

function checkDocuments({ input, usedDocuments, diagnostics }: Resolution): void {
  for (const path of input.documentPaths) {
    if (usedDocuments.has(path) || input.isInFaultyFile(path)) continue;
    diagnostics.push(
      diagnose(
        "unreferenced_document",
        wholeFile(printable(path)),
        "no resource refers to this document",
      ),
    );
  }
}
