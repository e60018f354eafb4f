/** Does an object stand in the state as it was applied? What differs was done outside git. */
import type { Drift, DriftClass, DriftDisposition } from "../model/plan.js";
import type { InventoryEntry } from "../model/state.js";
import { appliedSpec } from "./change.js";
import type { PlanContext } from "./context.js";
import type { SignedKind } from "./signed-kind.js";
import { holds, secondsLeft } from "./signed-row.js";

export interface DriftVerdict {
  readonly drift: Drift;
  readonly disposition: DriftDisposition;
}

const MESSAGES: { readonly [C in DriftClass]: string } = {
  missing: "its row is gone",
  altered: "its signed bytes or columns are not what was applied",
  reactivated: "it was revoked, and its row says it is active",
  unmanaged: "it was issued outside git",
  unknown_key: "it bears our name, and our key did not sign it",
  revoked_out_of_band: "it was revoked outside git",
  suspended: "it was suspended outside git",
  expired: "its validity has ended, and this plan does not renew it",
};

/** A drift entry with the fixed words of its class. */
export function drift(given: Pick<Drift, "class" | "kind" | "name" | "id" | "disposition">): Drift {
  return { ...given, message: MESSAGES[given.class] };
}

function classOf(
  context: PlanContext,
  signed: Pick<SignedKind, "rows" | "repeated">,
  entry: InventoryEntry,
): DriftClass | null {
  const row = signed.rows.get(entry.objectId);
  if (!entry.live) {
    return row !== undefined &&
      row.status !== "revoked" &&
      !(row.status === "suspended" && wasSuspended(entry)) &&
      secondsLeft(row, context.now) > 0
      ? "reactivated"
      : null;
  }
  if (row === undefined) return "missing";
  if (row.status === "revoked") return "revoked_out_of_band";
  if (row.status === "suspended") return "suspended";
  return holds(row, entry.documentDigest, () => signed.repeated(row.id)) ? null : "altered";
}

/** Taken over as it stood: it grants nothing, and no resource asks for it (src/adopt/). */
function wasSuspended(entry: InventoryEntry): boolean {
  return appliedSpec(entry)["status"] === "suspended";
}

/** What to do about it, under the policy last applied: grants made outside git are undone, nothing is re-granted. */
function dispositionOf(context: PlanContext, found: DriftClass): DriftDisposition {
  const { selfHeal } = context.policy;
  switch (found) {
    case "revoked_out_of_band":
      return "keep";
    case "altered":
      return selfHeal === "off" ? "report" : "replace";
    case "missing":
      return selfHeal === "on" ? "reissue" : "report";
    case "reactivated":
    case "unknown_key":
      return selfHeal === "off" ? "report" : "revoke";
    case "unmanaged":
      return context.policy.unmanaged;
    // Trust that was taken away outside git is never given back by itself (design.md 4.1).
    case "suspended":
    // Nobody but git says whether it is to begin again.
    case "expired":
      return "report";
  }
}

/** The drift of one object of the inventory, or null when it stands as applied. */
export function driftOf(
  context: PlanContext,
  signed: Pick<SignedKind, "rows" | "kind" | "repeated">,
  name: string | null,
  entry: InventoryEntry,
): DriftVerdict | null {
  const found = classOf(context, signed, entry);
  if (found === null) return null;
  const disposition = dispositionOf(context, found);
  return {
    disposition,
    drift: drift({
      class: found,
      kind: signed.kind,
      name: name ?? entry.name,
      id: entry.objectId,
      disposition,
    }),
  };
}

/** The disposition of an object that bears our name and no resource asked for. */
export function strangerDisposition(
  context: PlanContext,
  found: "unmanaged" | "unknown_key",
): DriftDisposition {
  return dispositionOf(context, found);
}
