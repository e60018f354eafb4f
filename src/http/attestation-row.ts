/** A stored attestation as the routes show it (protocol.md 7). */
import type { AttestationRecord } from "../model/state.js";
import { storedJson } from "./generation.js";

/** The signed document stands in it as it is stored, so that its signature holds. Throws AppError `state_corrupt`. */
export function attestationRowJson({
  id,
  json,
  status,
  revokedAt,
  reason,
}: AttestationRecord): string {
  const row = JSON.stringify({ status, revoked_at: revokedAt, revocation_reason: reason });
  return `{"attestation":${storedJson(json, `attestation ${id}`)},${row.slice(1)}`;
}
