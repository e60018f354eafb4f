/** The tables of the controller's bookkeeping (migrations/003), and how a row becomes a record of the model. */
import { FEED_RESULTS, type OpenDrift, type Suspension } from "../model/controller.js";
import { DRIFT_CLASSES, DRIFT_DISPOSITIONS } from "../model/plan.js";
import { KINDS } from "../model/resources.js";
import type { FeedEvidence, FeedPoll, Recovery, TrustedRevision } from "../model/state.js";
import type { Table } from "./tables.js";

export const TRUSTED: Table<TrustedRevision> = {
  name: "concordat_trusted",
  columns: ["commit_id", "tree_id", "trusted_at"],
  order: "id",
  toRecord: (row) => ({ commit: row.text(), tree: row.text(), at: row.timestamp() }),
};

export const RECOVERY: Table<Recovery> = {
  name: "concordat_recovery",
  columns: ["auth_not_before", "restored_at", "backup_digest"],
  order: "id",
  toRecord: (row) => ({
    authNotBefore: row.timestamp(),
    restoredAt: row.timestamp(),
    backupDigest: row.text(),
  }),
};

export const SUSPENSION: Table<Suspension> = {
  name: "concordat_suspension",
  columns: ["reason", "suspended_by", "suspended_since", "suspended_until"],
  order: "id",
  toRecord: (row) => ({
    reason: row.text(),
    by: row.text(),
    since: row.timestamp(),
    until: row.timestampOrNull(),
  }),
};

export const DRIFT: Table<OpenDrift> = {
  name: "concordat_drift",
  columns: ["class", "kind", "id", "name", "disposition", "message", "since"],
  order: "kind, id, class",
  toRecord: (row) => ({
    class: row.oneOf(DRIFT_CLASSES),
    kind: row.oneOf(KINDS),
    id: row.text(),
    name: row.textOrNull(),
    disposition: row.oneOf(DRIFT_DISPOSITIONS),
    message: row.text(),
    since: row.timestamp(),
  }),
};

export const FEED_POLLS: Table<FeedPoll> = {
  name: "concordat_feed_polls",
  columns: [
    "issuer_sovereign_id",
    "url",
    "etag",
    "sequence",
    "issued_at",
    "result",
    "message",
    "checked_at",
    "succeeded_at",
  ],
  order: "issuer_sovereign_id",
  toRecord: (row) => ({
    issuer: row.text(),
    url: row.text(),
    etag: row.textOrNull(),
    sequence: row.integerOrNull(),
    issuedAt: row.timestampOrNull(),
    result: row.oneOf(FEED_RESULTS),
    message: row.text(),
    checkedAt: row.timestamp(),
    succeededAt: row.timestampOrNull(),
  }),
};

/** In the order in which it came: the first proof is the one that counts. */
export const FEED_EVIDENCE: Table<FeedEvidence> = {
  name: "concordat_feed_evidence",
  columns: [
    "issuer_sovereign_id",
    "feed_digest",
    "feed_id",
    "sequence",
    "feed_json",
    "reason",
    "received_at",
  ],
  order: "rowid",
  toRecord: (row) => ({
    issuer: row.text(),
    digest: row.digest(),
    feedId: row.text(),
    sequence: row.text(),
    json: row.text(),
    reason: row.oneOf(["equivocation", "sequence_jump"]),
    receivedAt: row.timestamp(),
  }),
};
