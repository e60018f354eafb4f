/** Objects that bear our name and that no resource asked for: reported, adopted or revoked as the policy says. */
import { AppError } from "../errors.js";
import type { DesiredRevocation } from "../model/desired.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseTimestamp, secondsBetween, toInstant } from "../protocol/instant.js";
import { change, entryOf } from "./change.js";
import { inventoryOf, type PlanContext } from "./context.js";
import { drift, strangerDisposition } from "./drift.js";
import type { SignedDesired, SignedDocument, SignedKind } from "./signed-kind.js";
import { endOf, secondsLeft, type SignedRow } from "./signed-row.js";
import { tombstone } from "./signed-changes.js";
import { emptyOutcome, type Outcome } from "./step.js";

export interface Unmanaged {
  readonly outcome: Outcome;
  /** Rows to take over, by the name of the resource that asks for just that. */
  readonly adoptions: ReadonlyMap<string, SignedRow>;
}

/** True when the row says what the resource asks for, whatever its id and the moment it was signed. */
function fulfils<D extends SignedDesired>(
  signed: SignedKind<D>,
  desired: D,
  row: SignedRow,
  document: SignedDocument,
): boolean {
  const { validity } = desired;
  const end = endOf(row);
  const sameEnd =
    validity.until === null
      ? secondsBetween(toInstant(parseTimestamp(row.validFrom)), end) === validity.duration
      : toInstant(validity.until) === end;
  if (!sameEnd) return false;
  const spec = signed.spec(desired);
  return Object.entries(document.terms).every(
    ([field, value]) => canonicalJson(value) === canonicalJson(spec[field] ?? null),
  );
}

/** A text that is no such document was signed by nobody. */
function readable(signed: Pick<SignedKind, "read">, json: string): SignedDocument {
  try {
    return signed.read(json);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { terms: {}, signedBy: () => false };
  }
}

/** Finds what stands in the state under our name, outside the inventory and not named by a revocation. */
export function diffUnmanaged<D extends SignedDesired>(
  context: PlanContext,
  signed: SignedKind<D>,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Unmanaged {
  const outcome = emptyOutcome();
  const adoptions = new Map<string, SignedRow>();
  const { sovereignId, publicKey, source } = context.desired.authority;
  const applied = inventoryOf(context, signed.kind);
  const accounted = new Set([...applied.values()].map((entry) => entry.objectId));
  for (const row of signed.rows.values()) {
    if (row.issuer !== sovereignId || row.status === "revoked" || accounted.has(row.id)) continue;
    if (revocations.has(row.id) || secondsLeft(row, context.now) <= 0) continue;
    const document = readable(signed, row.json);
    const found = document.signedBy(publicKey) ? "unmanaged" : "unknown_key";
    let disposition = strangerDisposition(context, found);
    let name: string | null = null;
    if (disposition === "adopt") {
      const desired = signed.desired.find(
        (candidate) =>
          !applied.has(candidate.name) &&
          !adoptions.has(candidate.name) &&
          fulfils(signed, candidate, row, document),
      );
      if (desired === undefined) disposition = "report";
      else {
        name = desired.name;
        adoptions.set(name, row);
      }
    }
    outcome.drift.push(drift({ class: found, kind: signed.kind, name, id: row.id, disposition }));
    if (disposition === "revoke") {
      outcome.planned.push({
        change: change({
          action: "revoke",
          kind: signed.kind,
          name: row.id,
          id: row.id,
          reason: "drift_unmanaged",
          risk: "reduces",
          before: document.terms,
        }),
        steps: [
          signed.revoke(row.id, found === "unmanaged" ? "not_in_desired_state" : "unknown_key"),
          tombstone(
            entryOf(context, { kind: signed.kind, name: "", objectId: row.id, spec: {}, source }),
          ),
        ],
      });
    }
  }
  return { outcome, adoptions };
}
