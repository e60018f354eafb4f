/** What treaties and attestations have in common, so that both follow one set of rules. */
import type { DesiredAttestation, DesiredTreaty, Validity } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { Instant, Seconds } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { parseAttestation, parseTreaty } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { perObject } from "../protocol/per-object.js";
import { signatureHolds } from "../protocol/verify.js";
import type { PlanContext } from "./context.js";
import { attestationSpec, treatySpec } from "./spec.js";
import type { SignedRow } from "./signed-row.js";
import type { Step } from "./step.js";

export type SignedDesired = DesiredTreaty | DesiredAttestation;

/** What the signed text of a row says, in the words of a spec; window and `reissue` left out. */
export interface SignedDocument {
  readonly terms: JsonObject;
  signedBy(publicKey: string): boolean;
}

/** One of the two kinds, with what its rules need. */
export interface SignedKind<D extends SignedDesired = SignedDesired> {
  readonly kind: "RecognitionTreaty" | "MembershipAttestation";
  readonly desired: readonly D[];
  readonly rows: ReadonlyMap<string, SignedRow>;
  readonly maxValidity: Seconds;
  spec(desired: D): JsonObject;
  /** The spec as the inventory keeps it. */
  specJson(desired: D): string;
  /** Renew when no more than this is left; null: never. */
  renewBefore(desired: D): Seconds | null;
  read(json: string): SignedDocument;
  issue(id: string, desired: D): Step;
  revoke(id: string, reason: string, incident?: string | null): Step;
  /** The columns of a row that repeat fields of its signed text, but for issuer and times, which both kinds have. */
  repeated(id: string): JsonObject;
}

/** Resources that did not change between two commits are the same objects (desired/), and most do not. */
const treatySpecJson = perObject((desired: DesiredTreaty) => canonicalJson(treatySpec(desired)));
const attestationSpecJson = perObject((desired: DesiredAttestation) =>
  canonicalJson(attestationSpec(desired)),
);

export function treaties(context: PlanContext): SignedKind<DesiredTreaty> {
  return {
    kind: "RecognitionTreaty",
    desired: context.desired.treaties,
    rows: context.index.treaties,
    maxValidity: context.policy.maxValidity.treaty,
    spec: treatySpec,
    specJson: treatySpecJson,
    renewBefore: (desired) => desired.renewBefore,
    read: (json) => {
      const document = parseTreaty(parseJson(json));
      const { body } = document;
      return {
        terms: {
          subject_sovereign_id: body.subject_sovereign_id,
          subject_public_keys: body.subject_public_keys.toSorted(),
          allowed_roles: body.scope.allowed_roles.toSorted(),
          accepted_statuses: body.scope.accepted_statuses.toSorted(),
          claims: body.scope.claims,
          metadata: body.metadata,
        },
        signedBy: (publicKey) => signatureHolds(document, [publicKey]) !== null,
      };
    },
    issue: (id, desired) => ({ do: "issue_treaty", id, desired }),
    revoke: (id, reason, incident = null) => ({ do: "revoke_treaty", id, reason, incident }),
    repeated: (id) => ({ subject_sovereign_id: context.index.treaties.get(id)?.subject ?? null }),
  };
}

/** Whatever somebody wrote into the column: it can only differ from the signed text then. */
function isJsonText(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

export function attestations(context: PlanContext): SignedKind<DesiredAttestation> {
  return {
    kind: "MembershipAttestation",
    desired: context.desired.attestations,
    rows: context.index.attestations,
    maxValidity: context.policy.maxValidity.attestation,
    spec: attestationSpec,
    specJson: attestationSpecJson,
    renewBefore: () => null,
    read: (json) => {
      const document = parseAttestation(parseJson(json));
      const { body } = document;
      return {
        terms: {
          subject_id: body.subject_id,
          subject_public_key: body.subject_public_key,
          roles: body.roles.toSorted(),
          claims: body.claims,
        },
        signedBy: (publicKey) => signatureHolds(document, [publicKey]) !== null,
      };
    },
    issue: (id, desired) => ({ do: "issue_attestation", id, desired }),
    revoke: (id, reason, incident = null) => ({ do: "revoke_attestation", id, reason, incident }),
    repeated: (id) => {
      const row = context.index.attestations.get(id);
      if (row === undefined) return {};
      const { subjectId, subjectPublicKey, rolesJson } = row;
      return {
        subject_id: subjectId,
        subject_public_key: subjectPublicKey,
        roles: isJsonText(rolesJson) ? parseJson(rolesJson) : rolesJson,
      };
    },
  };
}

/** The window that an object signed at `now` gets. */
export function windowOf(
  validity: Validity,
  now: Instant,
): { readonly from: Instant; readonly until: Instant } {
  const from = validity.from === null ? now : toInstant(validity.from);
  return {
    from,
    until:
      validity.until === null ? plusSeconds(from, validity.duration) : toInstant(validity.until),
  };
}
