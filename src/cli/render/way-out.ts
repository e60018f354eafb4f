/** What to do about a reason, in the words that docs/operations.md has for it. */
import type { ConditionReason } from "../../model/controller.js";
import { hanging } from "./columns.js";

/** What is as it should be, or passes by itself, has no way out. */
const WAYS_OUT: { readonly [R in ConditionReason]?: string } = {
  FetchFailed:
    "mend what the message names: the network, the token or deploy key, the known hosts, a folder; it is tried again by itself",
  SourceEmpty:
    "push the branch, or correct --ref; an empty source never removes anything, and is tried again",
  HistoryRewritten:
    "find out who pushed; put the branch back, or if the rewrite is meant: concordat resume --accept-history --reason TEXT",
  ValidationFailed: "concordat validate in a clone shows every fault; fix them, commit and push",
  PolicyDenied: "concordat plan in a clone says why and how to go on; change the commit and push",
  ThresholdExceeded:
    "review it with concordat plan; then change the commit, or let this one through: concordat reconcile --now with the flag that the message names",
  ApprovalsMissing: "give the approvals that the policy asks for, or change the commit",
  KeyUnavailable: "check the key's file, its owner and its mode; it is tried again by itself",
  KeyMismatch:
    "give the key that the genesis names; if nobody exchanged it on purpose, this is an incident",
  StateFailed: "check the free space, the permissions and the disk",
  LeaseLost: "find the other process that writes this state, and stop one of them",
  InternalError: "report it with the log of concordat serve; it is tried again by itself",
  Suspended: "concordat resume, when it is over",
  DriftDetected: "concordat drift lists it; find out who wrote to the state",
  FeedOverdue: "ask the sovereign for a fresh feed; what was imported stays in force",
};

/** `next:` and the way out; nothing where there is none. */
export function wayOutLines(reason: ConditionReason): readonly string[] {
  const text = WAYS_OUT[reason];
  return text === undefined ? [] : hanging("next: ", text);
}
