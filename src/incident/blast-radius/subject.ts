/** What an id means for a blast radius: which objects fall with it, and whose attestations they carry. Pure. */
import { AppError } from "../../errors.js";
import type { Snapshot } from "../../model/state.js";
import type { StoredEvent } from "../../state/audit-events.js";
import { isSignedBy } from "../signed-actions.js";

export type BlastKind =
  | "recognition_treaty"
  | "membership_attestation"
  | "sovereign"
  | "operator_key";

export interface BlastSubject {
  readonly kind: BlastKind;
  readonly id: string;
  /** Whose attestations are in question, and whose newest feed counts. */
  readonly issuer: string;
  /** Treaties that fall with it. */
  readonly treaties: readonly string[];
  /** Attestations that fall with it; of other sovereigns those that their feeds name. */
  readonly attestations: readonly string[];
}

/**
 * `log` is read for an operator key only: what it has issued falls with it. `issuer` is who issued an attestation of which the
 * state knows nothing. Throws AppError `unknown_name`.
 */
export function blastSubject(
  snapshot: Snapshot,
  id: string,
  issuer: string | null,
  log: () => Iterable<StoredEvent>,
): BlastSubject {
  const own = snapshot.authority?.sovereignId ?? "";
  const treaty = snapshot.treaties.find((row) => row.id === id);
  if (treaty !== undefined)
    return {
      kind: "recognition_treaty",
      id,
      issuer: treaty.subject,
      treaties: [id],
      attestations: [],
    };
  const attestation = attestationIssuer(snapshot, id) ?? issuer;
  if (attestation !== null)
    return {
      kind: "membership_attestation",
      id,
      issuer: attestation,
      treaties: [],
      attestations: [id],
    };
  const isKnown = snapshot.sovereigns.some((row) => row.sovereignId === id);
  const parties = snapshot.treaties.filter((row) => row.issuer === id || row.subject === id);
  if (id === own || isKnown || parties.length > 0)
    return {
      kind: "sovereign",
      id,
      issuer: id,
      treaties: parties.map((row) => row.id),
      attestations: snapshot.attestations.flatMap((row) => (row.issuer === id ? [row.id] : [])),
    };
  const keys = [...snapshot.operatorKeys, ...snapshot.revokedKeys];
  if (keys.some((key) => key.keyId === id))
    return { kind: "operator_key", id, issuer: own, ...issuedBy(id, log()) };
  throw new AppError(
    "unknown_name",
    `${JSON.stringify(id)} is no treaty, attestation, sovereign or operator key that the state knows`,
    {
      hint: "give an id, which concordat explain NAME tells; --issuer SOVEREIGN says who issued an attestation that is not known here",
    },
  );
}

function attestationIssuer(snapshot: Snapshot, id: string): string | null {
  return (
    snapshot.attestations.find((row) => row.id === id)?.issuer ??
    snapshot.importedRevocations.find((row) => row.attestationId === id)?.issuer ??
    null
  );
}

function issuedBy(
  keyId: string,
  log: Iterable<StoredEvent>,
): Pick<BlastSubject, "treaties" | "attestations"> {
  const treaties = new Set<string>();
  const attestations = new Set<string>();
  for (const event of log) {
    if (!isSignedBy(event, keyId)) continue;
    const { event_type, details } = event;
    const { treaty_id, attestation_id } = details;
    if (event_type === "recognition_treaty_issued" && typeof treaty_id === "string")
      treaties.add(treaty_id);
    if (event_type === "membership_attestation_issued" && typeof attestation_id === "string")
      attestations.add(attestation_id);
  }
  return { treaties: [...treaties], attestations: [...attestations] };
}
