/** The revocations of other sovereigns that are taken over: those that a feed which holds lists. Pure. */
import type { Exception } from "../model/adoption.js";
import type { ImportedRevocation } from "../model/state.js";
import type { HeldFeed } from "./judge-row.js";

/** What verified feeds list, whatever the table says: a row that nobody signed is left out, one that is gone comes back. */
export function importedOf(
  rows: readonly ImportedRevocation[],
  feeds: readonly HeldFeed[],
  leftOut: Exception[],
): readonly ImportedRevocation[] {
  const listed = new Map<string, ImportedRevocation>();
  for (const { row, document } of feeds.toSorted((a, b) => a.row.sequence - b.row.sequence)) {
    const { revoked_attestation_ids: ids, revocation_reasons: reasons } = document.body;
    for (const attestationId of ids) {
      const { issuer, feedId, sequence, importedAt } = row;
      const key = importedKey({ issuer, attestationId });
      const first = listed.get(key)?.importedAt ?? importedAt;
      const reason = reasons[attestationId] ?? null;
      listed.set(key, { issuer, attestationId, feedId, sequence, reason, importedAt: first });
    }
  }
  const stored = new Map(rows.map((row) => [importedKey(row), row]));
  for (const [key, row] of stored) {
    if (listed.has(key)) continue;
    const message = `no feed of ${row.issuer} that holds lists it`;
    leftOut.push({
      type: "imported_revocation",
      id: row.attestationId,
      reason: "not_listed",
      message,
    });
  }
  const bySequence = new Map(feeds.map(({ row }) => [`${row.issuer}\n${row.feedId}`, row]));
  return [...listed].map(([key, made]) => {
    const row = stored.get(key);
    const feed = row === undefined ? undefined : bySequence.get(`${row.issuer}\n${row.feedId}`);
    return row !== undefined && feed?.sequence === row.sequence ? row : made;
  });
}

function importedKey(row: Pick<ImportedRevocation, "issuer" | "attestationId">): string {
  return `${row.issuer}\n${row.attestationId}`;
}
