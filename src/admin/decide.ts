/** What is to become of an admin request that was authenticated: the one list of actions. */
import { AppError, isErrorCode, type ErrorCode } from "../errors.js";
import type { AdminAction, RefuseRequest } from "../model/admin.js";
import { importFeed } from "./import-feed.js";
import { issueAttestation } from "./issue-attestation.js";
import { issueTreaty } from "./issue-treaty.js";
import { already, type Outcome, type Situation } from "./outcome.js";
import { revokeAttestation } from "./revoke-attestation.js";
import { revokeOperatorKey } from "./revoke-operator-key.js";
import { revokeTreaty } from "./revoke-treaty.js";
import { savePolicy } from "./save-policy.js";

/** Decides, and writes nothing. Throws the AppError that the action is refused with. */
export function decide(action: AdminAction, situation: Situation): Outcome {
  switch (action.action) {
    case "issue_treaty":
      return issueTreaty(action, situation);
    case "revoke_treaty":
      return revokeTreaty(action, situation);
    case "issue_attestation":
      return issueAttestation(action, situation);
    case "revoke_attestation":
      return revokeAttestation(action, situation);
    case "save_policy":
      return savePolicy(action, situation);
    case "import_feed":
      return importFeed(action, situation);
    case "revoke_operator_key":
      return revokeOperatorKey(action, situation);
    case "list_attestations":
      return already({});
    case "refuse":
      throw new AppError(codeOf(action), action.message, { details: action.details });
  }
}

/** Fail closed: a code that the table does not know is still a refusal. */
function codeOf({ code }: RefuseRequest): ErrorCode {
  return isErrorCode(code) ? code : "bad_request";
}
