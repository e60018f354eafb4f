/** Snapshots for the connectome's tests: rows as the state holds them, around nothing else. */
import type { ImportedRevocation, Snapshot, TreatyRecord } from "../../../src/model/state.js";
import type { Instant } from "../../../src/model/time.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";

export type ConnectomeRows = Pick<Snapshot, "treaties" | "importedRevocations">;

export function instant(text: string): Instant {
  return toInstant(parseTimestamp(text));
}

/** An active treaty of 30 days; its stored text holds only the id. */
export function treatyRow(
  row: Partial<TreatyRecord> & Pick<TreatyRecord, "id" | "issuer" | "subject">,
): TreatyRecord {
  return {
    status: "active",
    json: JSON.stringify({ treaty_id: row.id }),
    issuedAt: "2026-10-01T00:00:00+00:00",
    validFrom: "2026-10-01T00:00:00+00:00",
    expiresAt: "2026-10-31T00:00:00+00:00",
    revokedAt: null,
    reason: null,
    ...row,
  };
}

export function revocationRow(
  row: Partial<ImportedRevocation> & Pick<ImportedRevocation, "issuer" | "attestationId">,
): ImportedRevocation {
  return {
    feedId: "feed-1",
    sequence: 1,
    reason: null,
    importedAt: "2026-10-02T00:00:00+00:00",
    ...row,
  };
}
