/** The controller's bookkeeping: written beside a batch or alone, and without a change of the state's revision. */
import type { OpenDrift, Suspension } from "../../model/controller.js";
import type { FeedEvidence, FeedPoll, Note, TrustedRevision } from "../../model/state.js";
import type { Transaction } from "../connection.js";
import { claimNonce } from "./nonces.js";

/** An issuer that sends ever new contradictions must not fill the disk: one proof is enough, and these are the first. */
const EVIDENCE_LIMIT = 10;

export function writeNote(transaction: Transaction, note: Note): void {
  switch (note.do) {
    case "open_drift":
      return openDrift(transaction, note.drift);
    case "close_drift":
      transaction.run(
        "DELETE FROM concordat_drift WHERE class = ? AND kind = ? AND id = ?",
        note.class,
        note.kind,
        note.id,
      );
      return;
    case "trust":
      return trust(transaction, note.revision);
    case "suspend":
      return suspend(transaction, note.suspension);
    case "resume":
      transaction.run("DELETE FROM concordat_suspension");
      return;
    case "put_feed_poll":
      return putFeedPoll(transaction, note.poll);
    case "keep_evidence":
      return keepEvidence(transaction, note.evidence);
    case "claim_nonce":
      return claimNonce(transaction, note.claim);
    case "put_status":
      transaction.run(
        "INSERT OR REPLACE INTO concordat_status (id, status_json) VALUES (1, ?)",
        note.json,
      );
      return;
  }
}

/** From here on, history may not be rewritten. */
export function trust(transaction: Transaction, revision: TrustedRevision): void {
  transaction.run(
    "INSERT OR REPLACE INTO concordat_trusted (id, commit_id, tree_id, trusted_at) VALUES (1, ?, ?, ?)",
    revision.commit,
    revision.tree,
    revision.at,
  );
}

function openDrift(transaction: Transaction, drift: OpenDrift): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_drift (class, kind, id, name, disposition, message, since)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    drift.class,
    drift.kind,
    drift.id,
    drift.name,
    drift.disposition,
    drift.message,
    drift.since,
  );
}

function suspend(transaction: Transaction, suspension: Suspension): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_suspension (id, reason, suspended_by, suspended_since, suspended_until)
       VALUES (1, ?, ?, ?, ?)`,
    suspension.reason,
    suspension.by,
    suspension.since,
    suspension.until,
  );
}

function putFeedPoll(transaction: Transaction, poll: FeedPoll): void {
  transaction.run(
    `INSERT OR REPLACE INTO concordat_feed_polls (issuer_sovereign_id, url, etag, sequence, issued_at, result, message,
       checked_at, succeeded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    poll.issuer,
    poll.url,
    poll.etag,
    poll.sequence,
    poll.issuedAt,
    poll.result,
    poll.message,
    poll.checkedAt,
    poll.succeededAt,
  );
}

/** The same bytes are evidence once, from when they first came. */
function keepEvidence(transaction: Transaction, evidence: FeedEvidence): void {
  transaction.run(
    `INSERT OR IGNORE INTO concordat_feed_evidence
       (issuer_sovereign_id, feed_digest, feed_id, sequence, feed_json, reason, received_at)
     SELECT ?, ?, ?, ?, ?, ?, ?
      WHERE (SELECT COUNT(*) FROM concordat_feed_evidence WHERE issuer_sovereign_id = ?) < ${EVIDENCE_LIMIT}`,
    evidence.issuer,
    evidence.digest,
    evidence.feedId,
    evidence.sequence,
    evidence.json,
    evidence.reason,
    evidence.receivedAt,
    evidence.issuer,
  );
}
