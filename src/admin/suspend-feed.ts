/** Stops hearing a sovereign's feed at once: neither polled nor imported, until git says otherwise. */
import { AppError } from "../errors.js";
import type { SuspendFeed } from "../model/admin.js";
import { already, askedBy, effect, type Outcome, type Situation } from "./outcome.js";
import { checkReason } from "./reason.js";

/** Throws AppError `bad_request`, `unknown_sovereign`. */
export function suspendFeed(action: SuspendFeed, situation: Situation): Outcome {
  const { issuer, reason } = action;
  checkReason(reason);
  const sovereign = situation.state.sovereign(issuer);
  if (sovereign === null)
    throw new AppError("unknown_sovereign", `${issuer} is no sovereign that is applied`);
  const body = { issuer_sovereign_id: issuer, feed_suspended: true };
  if (sovereign.feed.suspend) return already(body);
  const suspended = { ...sovereign, feed: { ...sovereign.feed, suspend: true } };
  const { sovereignId, name } = sovereign;
  return effect(
    [{ do: "put_sovereign", sovereign: suspended }],
    [
      {
        type: "sovereign_saved",
        details: {
          sovereign_id: sovereignId,
          name,
          feed_suspended: true,
          reason,
          ...askedBy(situation),
        },
      },
    ],
    { status: 200, body },
  );
}
