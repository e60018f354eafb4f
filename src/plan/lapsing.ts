/** What ends in the next 30 days, what nothing will renew, and what has ended while the tree still asks for it. */
import type { Drift, Finding, Lapsing } from "../model/plan.js";
import type { Instant } from "../model/time.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { drift } from "./drift.js";
import { attestations, treaties, type SignedDesired, type SignedKind } from "./signed-kind.js";
import { endOf, endText, secondsLeft } from "./signed-row.js";
import type { PlannedChange } from "./step.js";

/** Seconds before its end from when on an object is listed as lapsing. */
export const HORIZON = 30 * 86_400;
/** From when on the lifecycle calls it expiring soon (protocol.md 5). */
export const SOON = 72 * 3_600;

interface Ending {
  readonly lapsing: readonly Lapsing[];
  readonly findings: readonly Finding[];
  readonly drift: readonly Drift[];
}

/**
 * The live objects that expire within the horizon, soonest first, a warning for those about to lapse unrenewed, and a drift
 * for those that have expired. What the plan changes or has found to drift otherwise (`drifted`) is left out.
 */
export function lapsing(
  context: PlanContext,
  planned: readonly PlannedChange[],
  drifted: readonly Drift[],
): Ending {
  const changing = new Set(planned.map(({ change }) => change.replaces ?? change.id));
  const found: { readonly end: Instant; readonly item: Lapsing }[] = [];
  const findings: Finding[] = [];
  const told = new Set(drifted.map(({ id }) => id));
  const expired: Drift[] = [];
  const look = <D extends SignedDesired>(signed: SignedKind<D>): void => {
    const applied = inventoryOf(context, signed.kind);
    for (const desired of signed.desired) {
      const entry = applied.get(desired.name);
      const row = entry?.live === true ? signed.rows.get(entry.objectId) : undefined;
      if (row === undefined || row.status !== "active" || changing.has(row.id)) continue;
      const left = secondsLeft(row, context.now);
      if (left <= 0 && !told.has(row.id)) {
        const about = { kind: signed.kind, name: desired.name, id: row.id } as const;
        expired.push(drift({ class: "expired", ...about, disposition: "report" }));
      }
      if (left <= 0 || left > HORIZON) continue;
      const renews = signed.renewBefore(desired) !== null;
      const end = endOf(row);
      const expires = endText(row);
      found.push({
        end,
        item: { kind: signed.kind, name: desired.name, id: row.id, expires_at: expires, renews },
      });
      if (renews || left > SOON) continue;
      findings.push({
        code: "lapses_unrenewed",
        level: "warning",
        message: `${desired.name} ends at ${expires} and nothing renews it`,
        hint:
          signed.kind === "RecognitionTreaty"
            ? "add renewal.before, or raise reissue"
            : "raise reissue to issue it again",
        kind: signed.kind,
        name: desired.name,
        source: positionOf(desired.source),
      });
    }
  };
  look(treaties(context));
  look(attestations(context));
  const soonest = found.toSorted(
    (left, right) => compare(left.end, right.end) || compare(left.item.id, right.item.id),
  );
  return { lapsing: soonest.map(({ item }) => item), findings, drift: expired };
}

function compare<T extends bigint | string>(left: T, right: T): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
