/** The order of changes: trust is taken away before it is given (design.md 3). */
import type { Change } from "../model/plan.js";
import type { Kind } from "../model/resources.js";

/** Within a step, objects go before the records they lean on. */
const KIND_ORDER: readonly Kind[] = [
  "Revocation",
  "OperatorKey",
  "RecognitionTreaty",
  "MembershipAttestation",
  "RecognitionPolicy",
  "RevocationFeed",
  "Sovereign",
  "Authority",
];

const RECORDS: readonly Kind[] = [
  "Authority",
  "OperatorKey",
  "Sovereign",
  "RecognitionPolicy",
  "RevocationFeed",
];

function rank(change: Change): number {
  const { action, kind, risk } = change;
  if (kind === "RevocationFeed") return 3 + RECORDS.indexOf(kind);
  if (action === "revoke" || action === "remove" || action === "retire") return 0;
  if ((action === "replace" || action === "update") && risk === "reduces") return 1;
  if (action === "record" || action === "forget") return 2;
  if (RECORDS.includes(kind)) return 3 + RECORDS.indexOf(kind);
  if (action === "replace") return 10;
  return action === "renew" ? 12 : 11;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Feeds: refusals first, since they re-open the sequence; then as the sequence rises, since no other order is accepted. */
function compareFeeds(left: Change, right: Change): number {
  if (left.kind !== "RevocationFeed" || right.kind !== "RevocationFeed") return 0;
  const refused = (change: Change): number => (change.action === "reject" ? 0 : 1);
  const sequence = (change: Change): number => Number(change.after?.["sequence"] ?? 0);
  return refused(left) - refused(right) || sequence(left) - sequence(right);
}

/** A total order, so that equal inputs make equal plans. */
export function compareChanges(left: Change, right: Change): number {
  return (
    rank(left) - rank(right) ||
    KIND_ORDER.indexOf(left.kind) - KIND_ORDER.indexOf(right.kind) ||
    compareFeeds(left, right) ||
    compareText(left.name, right.name) ||
    compareText(left.id, right.id) ||
    compareText(left.action, right.action)
  );
}
