/** What ends in the next 30 days, and what nothing will renew. */
import type { Finding, Lapsing } from "../model/plan.js";
import { fromInstant, parseTimestamp, toInstant } from "../protocol/instant.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { attestations, secondsLeft, treaties, type SignedDesired, type SignedKind } from "./signed-kind.js";
import type { PlannedChange } from "./step.js";

const HORIZON = 30 * 86_400;
/** From when on the lifecycle calls it expiring soon (protocol.md 5). */
const SOON = 72 * 3_600;

/** The live objects that expire within the horizon, soonest first, and a warning for those about to lapse unrenewed. */
export function lapsing(
  context: PlanContext,
  planned: readonly PlannedChange[],
): { readonly lapsing: readonly Lapsing[]; readonly findings: readonly Finding[] } {
  const changing = new Set(planned.map(({ change }) => change.replaces ?? change.id));
  const found: Lapsing[] = [];
  const findings: Finding[] = [];
  const look = <D extends SignedDesired>(signed: SignedKind<D>): void => {
    const applied = inventoryOf(context, signed.kind);
    for (const desired of signed.desired) {
      const entry = applied.get(desired.name);
      const row = entry?.live === true ? signed.rows.get(entry.objectId) : undefined;
      if (row === undefined || row.status !== "active" || changing.has(row.id)) continue;
      const left = secondsLeft(row, context.now);
      if (left <= 0 || left > HORIZON) continue;
      const renews = signed.renewBefore(desired) !== null;
      const expires = fromInstant(toInstant(parseTimestamp(row.expiresAt)));
      found.push({ kind: signed.kind, name: desired.name, id: row.id, expires_at: expires, renews });
      if (renews || left > SOON) continue;
      findings.push({
        code: "lapses_unrenewed",
        level: "warning",
        message: `${desired.name} ends at ${expires} and nothing renews it`,
        hint: signed.kind === "RecognitionTreaty" ? "add renewal.before, or raise reissue" : "raise reissue to issue it again",
        kind: signed.kind,
        name: desired.name,
        source: positionOf(desired.source),
      });
    }
  };
  look(treaties(context));
  look(attestations(context));
  const instant = (item: Lapsing): bigint => toInstant(item.expires_at);
  return { lapsing: found.toSorted((left, right) => Number(instant(left) - instant(right)) || (left.id < right.id ? -1 : 1)), findings };
}
