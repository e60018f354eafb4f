/** The authority's state in figures: what `concordat status` prints. Pure. */
import type { Snapshot } from "../model/state.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { fromInstant, parseTimestamp, secondsBetween, toInstant } from "../protocol/instant.js";
import { treatyLifecycle } from "../protocol/lifecycle.js";
import type { LifecycleState } from "../protocol/lifecycle.js";

/** What ends within this time is listed by name. */
const HORIZON: Seconds = 30 * 86_400;

type Counts = { readonly [S in LifecycleState]: number };

export interface Ending {
  readonly kind: "RecognitionTreaty" | "MembershipAttestation";
  /** null: nothing in the inventory bears this id, so it was not issued from git. */
  readonly name: string | null;
  readonly id: string;
  readonly expires_at: Timestamp;
  readonly seconds_left: Seconds;
}

export interface StateReport {
  readonly sovereign_id: string | null;
  readonly key_id: string | null;
  readonly public_key: string | null;
  readonly applied: {
    readonly commit: string;
    readonly at: Timestamp;
    readonly plan_digest: string;
  } | null;
  readonly generation: number;
  readonly digest: string;
  readonly treaties: Counts;
  readonly attestations: Counts;
  readonly operator_keys: {
    readonly active: number;
    readonly retired: number;
    readonly revoked: number;
  };
  readonly sovereigns: number;
  readonly feeds: {
    readonly imported: number;
    readonly rejected: number;
    readonly revocations: number;
  };
  readonly recognition_policy: boolean;
  /** null: no apply has published one. */
  readonly published_feed_sequence: number | null;
  /** Soonest first. */
  readonly lapsing: readonly Ending[];
  readonly checked_at: Timestamp;
}

export function stateReport(
  snapshot: Snapshot,
  publishedSequence: number | null,
  now: Instant,
): StateReport {
  const { authority, applied, operatorKeys, revokedKeys } = snapshot;
  const revoked = new Set(revokedKeys.map((key) => key.keyId));
  const usable = operatorKeys.filter((key) => !revoked.has(key.keyId));
  return {
    sovereign_id: authority?.sovereignId ?? null,
    key_id: authority?.keyId ?? null,
    public_key: authority?.publicKey ?? null,
    applied:
      applied === null
        ? null
        : { commit: applied.commit, at: applied.at, plan_digest: applied.planDigest },
    generation: snapshot.generation,
    digest: snapshot.digest,
    treaties: countStates(snapshot.treaties, now),
    attestations: countStates(snapshot.attestations, now),
    operator_keys: {
      active: usable.filter((key) => key.state === "active").length,
      retired: usable.filter((key) => key.state === "retired").length,
      revoked: revoked.size,
    },
    sovereigns: snapshot.sovereigns.length,
    feeds: {
      imported: snapshot.feeds.length,
      rejected: snapshot.rejectedFeeds.length,
      revocations: snapshot.importedRevocations.length,
    },
    recognition_policy: snapshot.policy !== null,
    published_feed_sequence: publishedSequence,
    lapsing: endings(snapshot, now),
    checked_at: fromInstant(now),
  };
}

type Row = Snapshot["treaties"][number] | Snapshot["attestations"][number];

/** Attestations are counted by the same rule as treaties: it looks at nothing but status, end and reason. */
function countStates(rows: readonly Row[], now: Instant): Counts {
  const counts = { active: 0, expiring_soon: 0, expired: 0, revoked: 0, replaced: 0 };
  for (const row of rows) counts[treatyLifecycle(row, now).state] += 1;
  return counts;
}

function endings(snapshot: Snapshot, now: Instant): readonly Ending[] {
  const names = new Map(
    snapshot.inventory.map((entry) => [`${entry.kind} ${entry.objectId}`, entry.name]),
  );
  const ending = (kind: Ending["kind"], rows: readonly Row[]): readonly Ending[] =>
    rows
      .filter((row) => row.status === "active")
      .map((row) => {
        const expires = toInstant(parseTimestamp(row.expiresAt));
        const seconds_left = secondsBetween(now, expires);
        return {
          kind,
          name: names.get(`${kind} ${row.id}`) ?? null,
          id: row.id,
          expires_at: fromInstant(expires),
          seconds_left,
        };
      })
      .filter(({ seconds_left }) => seconds_left > 0 && seconds_left <= HORIZON);
  return [
    ...ending("RecognitionTreaty", snapshot.treaties),
    ...ending("MembershipAttestation", snapshot.attestations),
  ].toSorted((a, b) => a.seconds_left - b.seconds_left || (a.id < b.id ? -1 : 1));
}
