/** What a change does to the state, before anything is signed: `apply/` turns steps into operations. */
import type { DesiredAttestation, DesiredTreaty } from "../model/desired.js";
import type { SovereignRevocationFeed, Verified } from "../model/documents.js";
import type { Change, Drift, Finding, Skipped } from "../model/plan.js";
import type { Kind } from "../model/resources.js";
import type {
  AuthorityRecord,
  InventoryEntry,
  OperatorKeyRecord,
  SovereignRecord,
} from "../model/state.js";

export type Step =
  | { readonly do: "put_authority"; readonly authority: AuthorityRecord }
  | { readonly do: "put_operator_key"; readonly key: OperatorKeyRecord }
  | {
      readonly do: "revoke_operator_key";
      readonly keyId: string;
      readonly reason: string;
      readonly incident: string | null;
    }
  | { readonly do: "put_sovereign"; readonly sovereign: SovereignRecord }
  | { readonly do: "remove_sovereign"; readonly sovereignId: string }
  | { readonly do: "issue_treaty"; readonly id: string; readonly desired: DesiredTreaty }
  | { readonly do: "issue_attestation"; readonly id: string; readonly desired: DesiredAttestation }
  | {
      readonly do: "revoke_treaty" | "revoke_attestation";
      readonly id: string;
      readonly reason: string;
      readonly incident: string | null;
    }
  | { readonly do: "import_feed"; readonly feed: Verified<SovereignRevocationFeed> }
  | { readonly do: "reject_feed"; readonly feed: Verified<SovereignRevocationFeed> }
  | { readonly do: "put_policy"; readonly policyId: string; readonly json: string }
  | { readonly do: "remove_policy" }
  /** `documentDigest` is filled in by the apply when the same change issues the object. */
  | { readonly do: "record"; readonly entry: InventoryEntry }
  | { readonly do: "forget"; readonly kind: Kind; readonly name: string };

/** A change as people read it, and the steps that carry it out. */
export interface PlannedChange {
  readonly change: Change;
  readonly steps: readonly Step[];
}

/** What comparing one kind of resource yields. */
export interface Outcome {
  readonly planned: PlannedChange[];
  readonly drift: Drift[];
  readonly skipped: Skipped[];
  readonly findings: Finding[];
}

/** An outcome to push into. */
export function emptyOutcome(): Outcome {
  return { planned: [], drift: [], skipped: [], findings: [] };
}
