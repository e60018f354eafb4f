/** The line of a treaty or an attestation: who came before it under the same name, and who after. */
import type { AttestationRecord, Snapshot, TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { treatyLifecycle } from "../protocol/lifecycle.js";
import { namesakesOf } from "./find-subject.js";
import type { Generation, Subject } from "./story.js";

type Row = TreatyRecord | AttestationRecord;

/** Succession, and what bore the same name in git: one that was revoked names no successor. Newest first; empty for what is neither treaty nor attestation. */
export function generationsOf(
  snapshot: Snapshot,
  subject: Subject,
  now: Instant,
): readonly Generation[] {
  const { id } = subject;
  const rows = rowsOf(snapshot, subject.kind);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const before = new Map<string, string>();
  for (const row of rows) {
    const next = successorOf(row, now);
    if (next !== null) before.set(next, row.id);
  }
  const line: Row[] = [];
  // A forged reason can make a ring of rows.
  const seen = new Set<string>();
  const walk = (
    from: string | null,
    step: (row: Row) => string | null,
    add: (row: Row) => void,
  ) => {
    for (let at = from; at !== null && !seen.has(at);) {
      seen.add(at);
      const row = byId.get(at);
      if (row === undefined) return;
      add(row);
      at = step(row);
    }
  };
  walk(
    id,
    (row) => before.get(row.id) ?? null,
    (row) => line.push(row),
  );
  const own = byId.get(id);
  const next = own === undefined ? null : successorOf(own, now);
  walk(
    next,
    (row) => successorOf(row, now),
    (row) => line.unshift(row),
  );
  const namesakes = namesakesOf(snapshot, subject);
  const others = rows.filter((row) => namesakes.has(row.id) && !seen.has(row.id));
  return [...line, ...others].toSorted(newerFirst).map((row) => ({
    id: row.id,
    state: treatyLifecycle(row, now).state,
    issued_at: row.issuedAt,
    ended_at: row.revokedAt,
    reason: row.reason,
  }));
}

/** Times of our own rows are UTC, in one form. */
function newerFirst({ issuedAt: a }: Row, { issuedAt: b }: Row): number {
  if (a === b) return 0;
  return a < b ? 1 : -1;
}

function rowsOf(snapshot: Snapshot, kind: Subject["kind"]): readonly Row[] {
  if (kind === "RecognitionTreaty") return snapshot.treaties;
  return kind === "MembershipAttestation" ? snapshot.attestations : [];
}

function successorOf(row: Row, now: Instant): string | null {
  return treatyLifecycle(row, now).replacement_treaty_id;
}
