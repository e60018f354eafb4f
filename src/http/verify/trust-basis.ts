/** On whose word a treaty is judged here: whose keys may have signed it, and whether it can be ours (protocol.md 7). */
import { AppError } from "../../errors.js";
import type { JsonValue } from "../../model/json.js";
import type { AuthorityRecord } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { documentJson, parseAttestation, parseTreaty } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { verifyTreaty } from "../../protocol/verify.js";
import type { ServedState } from "../context.js";
import { readAs, type Attestation, type Treaty } from "./asked.js";

/** In the reference's words. */
export type TrustBasis = "this_authority" | "caller_supplied_keys" | "recognized_issuer_keys";

export interface TreatyTrust {
  readonly basis: TrustBasis;
  readonly keys: readonly string[];
  /** Why no signature needs to be looked at. */
  readonly rejection: "not_held" | "issuer_not_recognized" | null;
}

export interface Situation {
  readonly state: ServedState;
  readonly authority: AuthorityRecord;
  readonly now: Instant;
}

/**
 * A treaty in our name holds under our key only, and only as we have stored it. Another's holds under the keys that the caller
 * brings, or else under those that our own treaties in force recognise its issuer by. Throws AppError
 * `caller_keys_not_accepted` for other keys than ours on a treaty in our name.
 */
export function treatyTrust(
  treaty: Treaty,
  supplied: readonly string[] | null,
  { state, authority, now }: Situation,
): TreatyTrust {
  const { issuer_sovereign_id: issuer, treaty_id: id } = treaty.body;
  if (issuer === authority.sovereignId) {
    if (supplied?.some((key) => key !== authority.publicKey) === true) {
      throw new AppError(
        "caller_keys_not_accepted",
        "A treaty issued by this Network Authority verifies only against its own key",
      );
    }
    const stored = state.treaty(id);
    const isHeld =
      stored !== null && documentJson(asStored(stored, parseTreaty)) === documentJson(treaty);
    const rejection = isHeld ? null : "not_held";
    return { basis: "this_authority", keys: [authority.publicKey], rejection };
  }
  if (supplied !== null) return { basis: "caller_supplied_keys", keys: supplied, rejection: null };
  const keys = recognizedKeys(issuer, { state, authority, now });
  const rejection = keys.length === 0 ? "issuer_not_recognized" : null;
  return { basis: "recognized_issuer_keys", keys, rejection };
}

/** Ids of treaties that are revoked here, as far as they matter for this one. */
export function revokedTreaties({ body }: Treaty, state: ServedState): ReadonlySet<string> {
  const isRevoked = state.treaty(body.treaty_id)?.status === "revoked";
  return new Set(isRevoked ? [body.treaty_id] : []);
}

/** Whether an attestation in our name is one that we have issued, as we have signed it; another's always is. */
export function isHeldIfOurs(
  attestation: Attestation,
  { state, authority }: Pick<Situation, "state" | "authority">,
): boolean {
  if (attestation.body.issuer_sovereign_id !== authority.sovereignId) return true;
  const stored = state.attestation(attestation.body.attestation_id);
  return (
    stored !== null &&
    documentJson(asStored(stored, parseAttestation)) === documentJson(attestation)
  );
}

function recognizedKeys(issuer: string, { state, authority, now }: Situation): readonly string[] {
  const keys = new Set<string>();
  for (const row of state.treatiesBetween(authority.sovereignId, issuer)) {
    if (row.status !== "active") continue;
    const treaty = asStored(row, parseTreaty);
    if (!verifyTreaty(treaty, [authority.publicKey], { now }).accepted) continue;
    for (const key of treaty.body.subject_public_keys) keys.add(key);
  }
  return [...keys];
}

/** A stored document that cannot be read is no fault of the request. Throws AppError `state_corrupt`. */
function asStored<T>({ json }: { readonly json: string }, parse: (value: JsonValue) => T): T {
  return readAs("state_corrupt", () => parse(parseJson(json)));
}
