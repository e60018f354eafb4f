/** Whether a restored state is fit to serve, and brings back nothing that was taken away. */
import { verifyDatabase } from "../../audit/verify-database.js";
import { buildConnectome } from "../../connectome/connectome.js";
import { AppError } from "../../errors.js";
import type { IncidentCheck } from "../../model/incident.js";
import type { Snapshot } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { fromInstant } from "../../protocol/instant.js";
import { readEscrow } from "../../state/log/escrow.js";
import { openState } from "../../state/open.js";

/** What stood before, as far as it could be read: none of it may go back. */
export interface Before {
  readonly logSize: number;
  readonly feedSequence: number | null;
  /** By issuer. */
  readonly imported: ReadonlyMap<string, number>;
  /** Ids of treaties, attestations and keys, and imported revocations. */
  readonly revoked: ReadonlySet<string>;
}

export const NOTHING_BEFORE: Before = {
  logSize: 0,
  feedSequence: null,
  imported: new Map(),
  revoked: new Set(),
};

export function beforeOf(snapshot: Snapshot, logSize: number, feedSequence: number | null): Before {
  return { logSize, feedSequence, imported: sequencesOf(snapshot), revoked: revokedOf(snapshot) };
}

export interface HealthOptions {
  readonly db: string;
  readonly escrow: string;
  /** Of the authority's key that is at hand. */
  readonly publicKey: string;
  readonly before: Before;
  /** Ids of revocations, and issuers of feeds, that were named as exceptions. */
  readonly forgotten: ReadonlySet<string>;
  readonly now: Instant;
}

/** One check each; a state that cannot be opened fails the first and has no others. */
export function checkHealth(options: HealthOptions): readonly IncidentCheck[] {
  const at = fromInstant(options.now);
  const check = (name: string, expected: string, observed: string, passed: boolean) => ({
    name,
    expected,
    observed,
    passed,
    at,
  });
  try {
    const escrow = readEscrow(options.escrow);
    const reader = openState(options.db);
    try {
      const snapshot = reader.snapshot();
      const { before, forgotten, now } = options;
      const authority = reader.authority();
      const key =
        authority === null ? null : ({ key: authority.publicKey, from: "state" } as const);
      const log = verifyDatabase(reader.log(), { key, escrow, since: null });
      const sequence = reader.publishedFeed()?.sequence ?? null;
      const sequences = sequencesOf(snapshot);
      const back = [...before.imported].filter(
        ([issuer, top]) => !forgotten.has(issuer) && (sequences.get(issuer) ?? -1) < top,
      );
      const trusted = trustedOf(snapshot);
      const returned = [...before.revoked].filter((id) => !forgotten.has(id) && trusted.has(id));
      const connectome = buildConnectome(snapshot, now);
      const { sovereign_count, active_edge_count } = connectome.summary;
      return [
        check("state opens", "yes", `generation ${snapshot.generation}`, true),
        check(
          "log verifies",
          "every entry, and the escrow's checkpoint",
          log.fault === null ? `${log.size} entries, root ${log.root}` : log.fault.message,
          log.verified,
        ),
        check(
          "log goes on",
          `at least ${before.logSize} entries`,
          `${log.size} entries`,
          log.size >= before.logSize,
        ),
        check(
          "signing key",
          options.publicKey,
          authority?.publicKey ?? "no authority",
          authority?.publicKey === options.publicKey,
        ),
        check(
          "own feed's sequence",
          before.feedSequence === null ? "any" : `at least ${before.feedSequence}`,
          sequence === null ? "none" : String(sequence),
          before.feedSequence === null || (sequence ?? -1) >= before.feedSequence,
        ),
        check(
          "imported feeds",
          "no sequence goes back",
          back.length === 0 ? "none does" : back.map(([issuer]) => issuer).join(", "),
          back.length === 0,
        ),
        check(
          "revocations",
          `all ${before.revoked.size} stay`,
          returned.length === 0 ? "they do" : `trusted again: ${returned.slice(0, 10).join(", ")}`,
          returned.length === 0,
        ),
        check(
          "connectome",
          "builds",
          `${sovereign_count} sovereigns, ${active_edge_count} active edges`,
          true,
        ),
      ];
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [check("state opens", "yes", `${error.code}: ${error.message}`, false)];
  }
}

function sequencesOf({ feeds }: Snapshot): ReadonlyMap<string, number> {
  const highest = new Map<string, number>();
  for (const { issuer, sequence } of feeds)
    highest.set(issuer, Math.max(highest.get(issuer) ?? sequence, sequence));
  return highest;
}

function revokedOf(snapshot: Snapshot): ReadonlySet<string> {
  const rows = [...snapshot.treaties, ...snapshot.attestations];
  return new Set([
    ...rows.flatMap((row) => (row.status === "revoked" ? [row.id] : [])),
    ...snapshot.revokedKeys.map((row) => row.keyId),
  ]);
}

function trustedOf(snapshot: Snapshot): ReadonlySet<string> {
  const revoked = new Set(snapshot.revokedKeys.map((row) => row.keyId));
  const rows = [...snapshot.treaties, ...snapshot.attestations];
  return new Set([
    ...rows.flatMap((row) => (row.status === "revoked" ? [] : [row.id])),
    ...snapshot.operatorKeys.flatMap(({ keyId }) => (revoked.has(keyId) ? [] : [keyId])),
  ]);
}
