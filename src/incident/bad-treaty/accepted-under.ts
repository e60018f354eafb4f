/** Which attestations were accepted under a treaty, as far as this authority can know. */
import type { IncidentEffect } from "../../model/incident.js";
import type { TreatyRecord } from "../../model/state.js";
import { fromInstant, parseTimestamp, toInstant } from "../../protocol/instant.js";
import type { LoggedEvent } from "../../protocol/log/committed.js";
import type { StateReader } from "../../state/reader.js";

const VERIFIED = "treaty_attestation_verified";

/**
 * Of the verifications here one a minute is written down, so that this is a sample; and whoever holds the treaty can verify
 * without asking us. Oldest first.
 */
export function acceptedUnder(
  state: StateReader,
  treaty: Pick<TreatyRecord, "id" | "subject" | "issuedAt">,
): readonly IncidentEffect[] {
  const since = fromInstant(toInstant(parseTimestamp(treaty.issuedAt)));
  const log = state.log();
  return [...state.auditEvents({ type: VERIFIED, since })]
    .filter(({ details }) => details["treaty_id"] === treaty.id && details["accepted"] === true)
    .map((event) => effectOf(event, treaty.subject, state, log.indexOf(event.event_id)));
}

function effectOf(
  { event_id, created_at, details }: LoggedEvent,
  issuer: string,
  state: StateReader,
  log_index: number | null,
): IncidentEffect {
  const object = typeof details["attestation_id"] === "string" ? details["attestation_id"] : "?";
  const isRevoked = state.importedRevocation(issuer, object) !== null;
  return {
    at: fromInstant(toInstant(parseTimestamp(created_at))),
    event_id,
    log_index,
    action: "attestation accepted",
    object,
    current: isRevoked ? "revoked by its issuer" : "not revoked by its issuer",
    answer: "find out who let its bearer in, and judge it again without the treaty",
  };
}
