/** Does an object stand in the state as it was applied? What differs was done outside git. */
import type { Drift, DriftClass, DriftDisposition } from "../model/plan.js";
import type { Digest, InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import type { PlanContext } from "./context.js";
import { secondsLeft, type SignedKind, type SignedRow } from "./signed-kind.js";

export interface DriftVerdict {
  readonly drift: Drift;
  readonly disposition: DriftDisposition;
}

const MESSAGES: { readonly [C in DriftClass]: string } = {
  missing: "its row is gone",
  altered: "its signed bytes or columns are not what was applied",
  reactivated: "it was revoked, and its row says it is active",
  unmanaged: "it was issued outside git",
  unknown_key: "it bears our name, and our key did not sign it",
  revoked_out_of_band: "it was revoked outside git",
  suspended: "it was suspended outside git",
  expired: "its validity has ended, and this plan does not renew it",
};

/** A drift entry with the fixed words of its class. */
export function drift(given: Pick<Drift, "class" | "kind" | "name" | "id" | "disposition">): Drift {
  return { ...given, message: MESSAGES[given.class] };
}

/** A row never changes, is of one kind only, and mostly stands from one plan to the next. */
const digests = new WeakMap<SignedRow, Digest | null>();

/** The digest of a row's signed text; null when a column that repeats it says otherwise. */
function digestOf(row: SignedRow, signed: Pick<SignedKind, "repeated">): Digest | null {
  const known = digests.get(row);
  if (known !== undefined) return known;
  const digest = columnsAgree(row, signed) ? sha256(row.json) : null;
  digests.set(row, digest);
  return digest;
}

/** The columns that repeat the signed text must say the same; the reference's times end in `+00:00`. */
function columnsAgree(row: SignedRow, signed: Pick<SignedKind, "repeated">): boolean {
  const zulu = (time: string): string => time.replace("+00:00", "Z");
  const columns = {
    ...signed.repeated(row.id),
    issuer_sovereign_id: row.issuer,
    issued_at: zulu(row.issuedAt),
    valid_from: zulu(row.validFrom),
    expires_at: zulu(row.expiresAt),
  };
  return Object.entries(columns).every(([field, value]) =>
    row.json.includes(`"${field}":${canonicalJson(value)}`),
  );
}

function classOf(
  context: PlanContext,
  signed: Pick<SignedKind, "rows" | "repeated">,
  entry: InventoryEntry,
): DriftClass | null {
  const row = signed.rows.get(entry.objectId);
  if (!entry.live) {
    return row !== undefined && row.status !== "revoked" && secondsLeft(row, context.now) > 0
      ? "reactivated"
      : null;
  }
  if (row === undefined) return "missing";
  if (row.status === "revoked") return "revoked_out_of_band";
  if (row.status === "suspended") return "suspended";
  const digest = digestOf(row, signed);
  return digest !== null && digest === entry.documentDigest ? null : "altered";
}

/** What to do about it, under the policy last applied: grants made outside git are undone, nothing is re-granted. */
function dispositionOf(context: PlanContext, found: DriftClass): DriftDisposition {
  const { selfHeal } = context.policy;
  switch (found) {
    case "revoked_out_of_band":
      return "keep";
    case "altered":
      return selfHeal === "off" ? "report" : "replace";
    case "missing":
      return selfHeal === "on" ? "reissue" : "report";
    case "reactivated":
    case "unknown_key":
      return selfHeal === "off" ? "report" : "revoke";
    case "unmanaged":
      return context.policy.unmanaged;
    // Trust that was taken away outside git is never given back by itself (design.md 4.1).
    case "suspended":
    // Nobody but git says whether it is to begin again.
    case "expired":
      return "report";
  }
}

/** The drift of one object of the inventory, or null when it stands as applied. */
export function driftOf(
  context: PlanContext,
  signed: Pick<SignedKind, "rows" | "kind" | "repeated">,
  name: string | null,
  entry: InventoryEntry,
): DriftVerdict | null {
  const found = classOf(context, signed, entry);
  if (found === null) return null;
  const disposition = dispositionOf(context, found);
  return {
    disposition,
    drift: drift({
      class: found,
      kind: signed.kind,
      name: name ?? entry.name,
      id: entry.objectId,
      disposition,
    }),
  };
}

/** The disposition of an object that bears our name and no resource asked for. */
export function strangerDisposition(
  context: PlanContext,
  found: "unmanaged" | "unknown_key",
): DriftDisposition {
  return dispositionOf(context, found);
}
