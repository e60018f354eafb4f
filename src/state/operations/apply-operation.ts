/** Writes one operation of a batch. What each means is said in model/state.ts and beside the function that writes it. */
import type { Operation } from "../../model/state.js";
import type { Transaction } from "../connection.js";
import { adoptRows } from "./adopt.js";
import {
  putAuthority,
  putOperatorKey,
  putSovereign,
  removeSovereign,
  revokeOperatorKey,
} from "./configuration.js";
import { issueAttestation, issueTreaty } from "./documents.js";
import { importFeed, publishFeed, rejectFeed } from "./feeds.js";
import { forget, record } from "./inventory.js";
import { putPolicy, removePolicy } from "./policy.js";
import { revoke } from "./revoke.js";

/** Throws AppError `internal` for an operation that does not fit the state, which the digest should have ruled out. */
export function applyOperation(transaction: Transaction, operation: Operation): void {
  switch (operation.do) {
    case "put_authority":
      return putAuthority(transaction, operation.authority);
    case "put_operator_key":
      return putOperatorKey(transaction, operation.key);
    case "revoke_operator_key":
      return revokeOperatorKey(transaction, operation.key);
    case "put_sovereign":
      return putSovereign(transaction, operation.sovereign);
    case "remove_sovereign":
      return removeSovereign(transaction, operation.sovereignId);
    case "issue_treaty":
      return issueTreaty(transaction, operation.treaty);
    case "revoke_treaty":
      return revoke(
        transaction,
        "recognition_treaties",
        operation.id,
        operation.reason,
        operation.at,
      );
    case "issue_attestation":
      return issueAttestation(transaction, operation.attestation);
    case "revoke_attestation":
      return revoke(
        transaction,
        "membership_attestations",
        operation.id,
        operation.reason,
        operation.at,
      );
    case "import_feed":
      return importFeed(transaction, operation.feed, operation.at);
    case "reject_feed":
      return rejectFeed(transaction, operation.feed, operation.at);
    case "put_policy":
      return putPolicy(transaction, operation.policyId, operation.json, operation.at);
    case "remove_policy":
      return removePolicy(transaction);
    case "publish_feed":
      return publishFeed(transaction, operation.feed);
    case "adopt":
      return adoptRows(transaction, operation.rows);
    case "record":
      return record(transaction, operation.entry);
    case "forget":
      return forget(transaction, operation.kind, operation.name);
  }
}
