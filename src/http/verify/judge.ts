/** The three decisions that anybody may ask for, with what the state knows (protocol.md 4). Nothing is written. */
import { AppError } from "../../errors.js";
import type { RecognitionPolicy } from "../../model/documents.js";
import type { JsonObject } from "../../model/json.js";
import { parseJson } from "../../protocol/json.js";
import { parseRecognitionPolicy } from "../../protocol/policy.js";
import {
  verifyAttestation,
  verifyAttestationWithTreaty,
  verifyTreaty,
} from "../../protocol/verify.js";
import type { Verdict } from "../metrics.js";
import { assertAffordable, attestationIn, keysIn, readAs, textIn, treatyIn } from "./asked.js";
import type { Attestation } from "./asked.js";
import type { Freshness } from "./freshness.js";
import {
  isHeldIfOurs,
  revokedTreaties,
  treatyTrust,
  type Situation,
  type TrustBasis,
} from "./trust-basis.js";

export interface Judgement {
  readonly verdict: Verdict & { readonly trust_basis?: TrustBasis };
  /** What was judged, in the words of the request. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface Judge extends Situation {
  readonly freshness: Freshness;
  /** The policy in force, as stored; null: none is. */
  readonly policyJson: string | null;
}

/** `{treaty, issuer_public_keys?, expected_issuer_sovereign_id?, expected_subject_sovereign_id?}` */
export function judgeTreaty(body: JsonObject, judge: Judge): Judgement {
  const code = "invalid_recognition_treaty";
  const treaty = treatyIn(body, code);
  const supplied = keysIn(body, "issuer_public_keys");
  const issuer = textIn(body, "expected_issuer_sovereign_id");
  const subject = textIn(body, "expected_subject_sovereign_id");
  const { basis, keys, rejection } = treatyTrust(treaty, supplied, judge);
  assertAffordable(treaty, keys, code, supplied === null ? "state" : "request");
  const { treaty_id, issuer_sovereign_id, subject_sovereign_id } = treaty.body;
  const { accepted, reason } =
    rejection === null
      ? verifyTreaty(treaty, keys, {
          now: judge.now,
          ...(issuer === null ? {} : { issuer }),
          ...(subject === null ? {} : { subject }),
          revoked: revokedTreaties(treaty, judge.state),
        })
      : refused(rejection);
  return {
    verdict: { accepted, reason, trust_basis: basis },
    ids: { treaty_id, issuer_sovereign_id, subject_sovereign_id },
  };
}

/** `{attestation, treaty, treaty_issuer_public_keys?}` */
export function judgeAttestationWithTreaty(body: JsonObject, judge: Judge): Judgement {
  const code = "invalid_attestation_or_treaty";
  const attestation = attestationIn(body, code);
  const treaty = treatyIn(body, code);
  const supplied = keysIn(body, "treaty_issuer_public_keys");
  const { basis, keys, rejection } = treatyTrust(treaty, supplied, judge);
  assertAffordable(treaty, keys, code, supplied === null ? "state" : "request");
  assertAffordable(attestation, treaty.body.subject_public_keys, code);
  const { attestation_id } = attestation.body;
  const decide = (): Verdict =>
    verifyAttestationWithTreaty(attestation, treaty, keys, {
      now: judge.now,
      revokedTreaties: revokedTreaties(treaty, judge.state),
      revokedAttestations: revokedAttestations(attestation, judge),
    });
  const decision = rejection === null ? decide() : refused(`treaty_${rejection}`);
  const { accepted, reason } = decision.accepted
    ? kept(attestation, judge, "attestation_")
    : decision;
  const { treaty_id, issuer_sovereign_id, subject_sovereign_id } = treaty.body;
  return {
    verdict: { accepted, reason, trust_basis: basis },
    ids: { treaty_id, attestation_id, issuer_sovereign_id, subject_sovereign_id },
  };
}

/** `{attestation, recognition_policy?}`; without a policy the one in force is taken. */
export function judgeAttestation(body: JsonObject, judge: Judge): Judgement {
  const code = "invalid_attestation_or_policy";
  const attestation = attestationIn(body, code);
  const policy = policyFor(body, judge);
  const { attestation_id, issuer_sovereign_id } = attestation.body;
  const terms = policy.recognized_issuers.find(
    (known) => known.sovereign_id === issuer_sovereign_id,
  );
  const origin = body["recognition_policy"] === undefined ? "state" : "request";
  assertAffordable(attestation, terms?.public_keys ?? [], code, origin);
  const revoked = [...policy.revoked_attestation_ids, ...revokedAttestations(attestation, judge)];
  const decision = verifyAttestation(
    attestation,
    { ...policy, revoked_attestation_ids: revoked },
    { now: judge.now },
  );
  const { accepted, reason } = decision.accepted ? kept(attestation, judge) : decision;
  return { verdict: { accepted, reason }, ids: { issuer_sovereign_id, attestation_id } };
}

/** What else must hold of an attestation whose signature does. `prefix` stands before the reason that it does not. */
function kept(attestation: Attestation, judge: Judge, prefix = ""): Verdict {
  if (!isHeldIfOurs(attestation, judge)) return refused(`${prefix}not_held`);
  return judge.freshness.isKept(attestation.body.issuer_sovereign_id, judge.state, judge.now)
    ? { accepted: true, reason: "accepted" }
    : refused(`${prefix}revocation_feed_stale`);
}

/** The attestation's own id, when its issuer has revoked it: in a feed that was imported, or here. */
function revokedAttestations({ body }: Attestation, { state }: Situation): ReadonlySet<string> {
  const { attestation_id: id, issuer_sovereign_id: issuer } = body;
  const isRevoked =
    state.importedRevocation(issuer, id) !== null || state.attestation(id)?.status === "revoked";
  return new Set(isRevoked ? [id] : []);
}

function policyFor(body: JsonObject, { policyJson }: Judge): RecognitionPolicy {
  const given = body["recognition_policy"];
  if (given !== undefined)
    return readAs("invalid_attestation_or_policy", () => parseRecognitionPolicy(given));
  if (policyJson === null)
    throw new AppError("missing_recognition_policy", "recognition_policy is required");
  return readAs("state_corrupt", () => parseRecognitionPolicy(parseJson(policyJson)));
}

function refused(reason: string): Verdict {
  return { accepted: false, reason };
}
