/** Revokes a treaty that the state holds, whoever issued it. */
import { AppError } from "../errors.js";
import type { RevokeTreaty } from "../model/admin.js";
import type { TreatyRecord } from "../model/state.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { already, askedBy, effect, type Outcome, type Situation } from "./outcome.js";
import { checkReason, successorIn } from "./reason.js";

/** Throws AppError `bad_request`, `treaty_not_found`. */
export function revokeTreaty(action: RevokeTreaty, situation: Situation): Outcome {
  const { state, now } = situation;
  const { treatyId: id, reason } = action;
  checkReason(reason);
  const treaty = state.treaty(id);
  if (treaty === null) throw new AppError("treaty_not_found", "Recognition treaty not found");
  // Nothing is issued again here, so a lineage of the reference (1.8) is the treaty alone.
  const body = { treaty_id: id, status: "revoked", lineage_ids: [id] };
  if (treaty.status === "revoked") return already(body);
  const successor = successorIn(reason);
  if (successor !== null) checkSuccessor(treaty, state.treaty(successor));
  return effect(
    [{ do: "revoke_treaty", id, reason, at: toOffsetForm(fromInstant(now)) }],
    [
      {
        type: "recognition_treaty_revoked",
        details: { treaty_id: id, reason, ...askedBy(situation) },
      },
    ],
    { status: 200, body },
  );
}

/**
 * Such a reason makes the lifecycle say "replaced" (protocol.md 5). The reference's `treaty renew` and `treaty replace` give
 * one after they have issued the successor, so it holds where that one stands.
 */
function checkSuccessor(treaty: TreatyRecord, successor: TreatyRecord | null): void {
  const isSuccessor =
    successor !== null &&
    successor.id !== treaty.id &&
    successor.issuer === treaty.issuer &&
    successor.subject === treaty.subject &&
    successor.status === "active";
  if (!isSuccessor)
    throw new AppError("bad_request", "the reason names no active treaty with the same subject");
}
