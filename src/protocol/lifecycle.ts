/** The lifecycle of a treaty: derived from its row and the moment, never stored (protocol.md 5). */
import type { DocumentStatus } from "../model/documents.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { parseTimestamp, secondsBetween, toInstant, toOffsetForm, whenLeft } from "./instant.js";

export type LifecycleState = "active" | "expiring_soon" | "expired" | "revoked" | "replaced";

export type ExpiryRisk = "low" | "medium" | "high" | "expired" | "none";

const HIGH_RISK_SECONDS: Seconds = 24 * 3600;
const MEDIUM_RISK_SECONDS: Seconds = 72 * 3600;
const REPLACEMENT = /^(?:replaced_by|renewed_by):(.+)$/s;

/** What of a treaty's row the lifecycle depends on. */
export interface LifecycleRow {
  readonly status: DocumentStatus;
  readonly expiresAt: Timestamp | string;
  readonly revokedAt: string | null;
  readonly reason: string | null;
}

/** The reference's object. `expires_at` is in the `+00:00` form. */
export interface TreatyLifecycle {
  readonly state: LifecycleState;
  readonly expiry_risk: ExpiryRisk;
  /** Null once revoked or replaced, 0 once expired. */
  readonly seconds_until_expiry: Seconds | null;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly revocation_reason: string | null;
  readonly replacement_treaty_id: string | null;
}

/** Throws AppError `bad_time` when `expiresAt` is no date-time. */
export function treatyLifecycle(row: LifecycleRow, now: Instant): TreatyLifecycle {
  const expiresAt = parseTimestamp(row.expiresAt);
  const known = {
    expires_at: toOffsetForm(expiresAt),
    revoked_at: row.revokedAt,
    revocation_reason: row.reason,
  };
  if (row.status === "revoked") {
    const replacement = REPLACEMENT.exec(row.reason ?? "")?.[1] ?? null;
    return {
      state: replacement === null ? "revoked" : "replaced",
      expiry_risk: "none",
      seconds_until_expiry: null,
      ...known,
      replacement_treaty_id: replacement,
    };
  }
  const seconds = secondsBetween(now, toInstant(expiresAt));
  return {
    ...stateWith(seconds),
    seconds_until_expiry: Math.max(seconds, 0),
    ...known,
    replacement_treaty_id: null,
  };
}

function stateWith(seconds: Seconds): {
  readonly state: LifecycleState;
  readonly expiry_risk: ExpiryRisk;
} {
  if (seconds <= 0) return { state: "expired", expiry_risk: "expired" };
  if (seconds <= HIGH_RISK_SECONDS) return { state: "expiring_soon", expiry_risk: "high" };
  if (seconds <= MEDIUM_RISK_SECONDS) return { state: "expiring_soon", expiry_risk: "medium" };
  return { state: "active", expiry_risk: "low" };
}

/** The next moment at which state or risk of an unrevoked treaty changes; null once it has expired. */
export function nextTransition(expiresAt: Instant, now: Instant): Instant | null {
  for (const seconds of [MEDIUM_RISK_SECONDS, HIGH_RISK_SECONDS, 0]) {
    const moment = whenLeft(expiresAt, seconds);
    if (moment > now) return moment;
  }
  return null;
}
