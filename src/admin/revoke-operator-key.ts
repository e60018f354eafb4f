/** Revokes an operator key, for ever, unless nobody could give the next order then. */
import { AppError } from "../errors.js";
import type { RevokeOperatorKey } from "../model/admin.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { usableKeys } from "../state/usable-keys.js";
import { already, askedBy, effect, nameOf, type Outcome, type Situation } from "./outcome.js";
import { checkReason } from "./reason.js";

/** Throws AppError `bad_request`, `unknown_operator_key`, `last_active_operator_key`. */
export function revokeOperatorKey(action: RevokeOperatorKey, situation: Situation): Outcome {
  const { state, now } = situation;
  const { keyId, reason } = action;
  checkReason(reason);
  if (state.revokedKeys().some((key) => key.keyId === keyId))
    return already({ key_id: keyId, revoked: true, already_revoked: true });
  if (!state.operatorKeys().some((key) => key.keyId === keyId))
    throw new AppError("unknown_operator_key", "Unknown operator key");
  const remaining = usableKeys(state, now).filter((key) => key.keyId !== keyId);
  // The reference counts keys of every tier, and can be left with none that may revoke or grant.
  if (!remaining.some((key) => key.tier === "privileged"))
    throw new AppError("last_active_operator_key", "no usable privileged key would be left");
  const revokedAt = toOffsetForm(fromInstant(now));
  const revokedBy = nameOf(situation);
  const { by: _, ...from } = askedBy(situation);
  return effect(
    [
      {
        do: "revoke_operator_key",
        key: { keyId, revokedAt, reason, revokedBy },
      },
    ],
    [
      {
        type: "operator_key_revoked",
        details: { key_id: keyId, reason, revoked_by: revokedBy, ...from },
      },
    ],
    {
      status: 200,
      body: {
        key_id: keyId,
        revoked: true,
        revoked_at: revokedAt,
        reason,
        remaining_active_keys: remaining.length,
      },
    },
  );
}
