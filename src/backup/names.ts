/** The names of scheduled backups, which tell whose they are and when they were made. Pure. */
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";

const MAX_SLUG = 64;

/**
 * `concordat-ACME-20261123T083000Z.db`: in order of time when sorted. Two authorities may have the same; their manifests tell
 * them apart.
 */
export function scheduledName(sovereignId: string, at: Instant): string {
  const slug = sovereignId.replace(/[^A-Za-z0-9.-]/g, "_").slice(0, MAX_SLUG);
  const time = fromInstant(at).replace(/\.\d+|[-:]/g, "");
  return `concordat-${slug}-${time}.db`;
}
