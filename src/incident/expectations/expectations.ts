/** Expected against seen: a list of attestations, each decided on as the state is, and as it would be after a change. */
import type { IncidentCheck, IncidentFinding } from "../../model/incident.js";
import { fromInstant } from "../../protocol/instant.js";
import type { Expectation, Expected } from "./file.js";
import { judgeDocument, judgeId, type Verdict } from "./judge.js";
import type { TrustView } from "./view.js";

/** `pending`: as expected once what is drafted is applied, and not yet. */
export type Outcome = "as_expected" | "pending" | "disagrees";

export interface CheckedAttestation {
  readonly name: string;
  readonly id: string;
  readonly expected: Expected;
  readonly observed: Expected;
  readonly reason: string;
  readonly basis: string;
  /** After what is drafted; null: nothing is drafted. */
  readonly after: { readonly observed: Expected; readonly reason: string } | null;
  readonly outcome: Outcome;
}

/**
 * `after` is the state with the draft applied; null: there is none. `issuer` is whose feeds are asked about an id without its
 * document.
 */
export function checkExpectations(
  expectations: readonly Expectation[],
  now: TrustView,
  after: TrustView | null,
  issuer: string | null,
): readonly CheckedAttestation[] {
  return expectations.map((expectation) => {
    const { name, id, expect: expected } = expectation;
    const current = judge(expectation, now, issuer);
    const later = after === null ? null : judge(expectation, after, issuer);
    const observed = wordOf(current);
    const next = later === null ? null : { observed: wordOf(later), reason: later.reason };
    const { reason, basis } = current;
    const outcome =
      observed === expected ? "as_expected" : next?.observed === expected ? "pending" : "disagrees";
    return { name, id, expected, observed, reason, basis, after: next, outcome };
  });
}

/** That an id is not revoked is no proof that its attestation would be accepted. */
export function idsOnly(expectations: readonly Expectation[]): readonly IncidentFinding[] {
  const ids = expectations.filter(({ document }) => document === null).length;
  if (ids === 0) return [];
  return [
    {
      code: "ids_only",
      level: "info",
      message: `of ${ids} of ${expectations.length} attestations only the id is known: revocation was checked, and no signature, role or validity`,
      hint: "put the signed documents beside the list, and name their files in it",
    },
  ];
}

/** As the incident's folder keeps them. */
export function toChecks(
  checked: readonly CheckedAttestation[],
  { now }: Pick<TrustView, "now">,
): readonly IncidentCheck[] {
  return checked.map(({ name, expected, observed, reason, after, outcome }) => ({
    name: `attestation ${name}`,
    expected,
    observed: `${observed} (${reason})${outcome === "pending" && after !== null ? `; after the draft ${after.observed} (${after.reason})` : ""}`,
    passed: outcome === "as_expected",
    at: fromInstant(now),
  }));
}

function judge({ document, id }: Expectation, view: TrustView, issuer: string | null): Verdict {
  return document === null ? judgeId(id, issuer, view) : judgeDocument(document, view);
}

function wordOf({ accepted }: Verdict): Expected {
  return accepted ? "accept" : "reject";
}
