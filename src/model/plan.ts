/** A plan is a value (design.md 3). These are also the fields of its published JSON, hence the snake case. */
import type { JsonObject, JsonValue } from "./json.js";
import type { Kind } from "./resources.js";
import type { Digest } from "./digest.js";
import type { Timestamp } from "./time.js";

export type Action =
  | "add"
  | "update"
  | "remove"
  | "issue"
  | "replace"
  | "renew"
  | "revoke"
  | "retire"
  | "import"
  | "reject"
  | "adopt"
  | "record"
  | "forget";

/** What a change does to trust, judged by meaning (design.md 3). */
export type Risk = "reduces" | "keeps" | "widens";

export type ChangeReason =
  | "added_to_desired_state"
  | "spec_changed"
  | "removed_from_desired_state"
  | "revocation_requested"
  | "renewal_due"
  | "authority_key_changed"
  | "key_compromised"
  | "key_retired"
  | "feed_received"
  | "feed_refused"
  | "drift_altered"
  | "drift_missing"
  | "drift_unmanaged"
  | "drift_reactivated"
  | "drift_revoked";

export interface Position {
  readonly file: string;
  readonly line: number;
}

/** One field that differs. `path` is a JSON pointer into before/after. */
export interface FieldChange {
  readonly path: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly risk: Risk;
}

export interface Change {
  readonly action: Action;
  readonly kind: Kind;
  readonly name: string;
  /** Id of the object the change makes or touches. */
  readonly id: string;
  /** Id of the object that a replace or a renew revokes. */
  readonly replaces: string | null;
  readonly reason: ChangeReason;
  readonly risk: Risk;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly fields: readonly FieldChange[];
  /** Where it stands in the tree; null for what the tree no longer holds. */
  readonly source: Position | null;
}

export const DRIFT_CLASSES = [
  "missing",
  "altered",
  "reactivated",
  "unmanaged",
  "unknown_key",
  "revoked_out_of_band",
  "suspended",
  "expired",
] as const;

export type DriftClass = (typeof DRIFT_CLASSES)[number];

export const DRIFT_DISPOSITIONS = [
  "report",
  "keep",
  "revoke",
  "replace",
  "reissue",
  "adopt",
] as const;

export type DriftDisposition = (typeof DRIFT_DISPOSITIONS)[number];

export interface Drift {
  readonly class: DriftClass;
  readonly kind: Kind;
  readonly name: string | null;
  readonly id: string;
  readonly disposition: DriftDisposition;
  readonly message: string;
}

export interface Skipped {
  readonly kind: Kind;
  readonly name: string;
  readonly id: string;
  readonly reason:
    | "revoked"
    | "expired"
    | "revoked_out_of_band"
    | "frozen"
    | "suspended"
    | "superseded";
  readonly message: string;
}

export interface Lapsing {
  readonly kind: Kind;
  readonly name: string;
  readonly id: string;
  readonly expires_at: Timestamp;
  readonly renews: boolean;
}

export type FindingCode =
  | "any_role_scope"
  | "validity_over_limit"
  | "validity_ended"
  | "lapses_unrenewed"
  | "genesis_expired"
  | "genesis_root_changed"
  | "sovereign_id_changed"
  | "stale_feed"
  | "feed_equivocation"
  | "sequence_jump"
  | "feed_removed"
  | "feed_rejected_after_import"
  | "feed_overdue"
  | "approvals_unavailable"
  | "revocation_deleted"
  | "revocation_target_unknown"
  | "revoked_key_returns"
  | "revoked_name_returns"
  | "reissued_after_revocation";

export interface Finding {
  readonly code: FindingCode;
  /** An error blocks the apply, a warning does not. */
  readonly level: "error" | "warning" | "info";
  readonly message: string;
  /** A way out. */
  readonly hint: string;
  readonly kind: Kind | null;
  readonly name: string | null;
  readonly source: Position | null;
}

export interface TrustPathChange {
  readonly from: string;
  readonly to: string;
  /** Hops; null: no path. */
  readonly before: number | null;
  readonly after: number | null;
}

/** What the changes do to the graph, by comparing it before and after (design.md 3). */
export interface BlastRadius {
  readonly paths_before: number;
  readonly paths_after: number;
  readonly lost: readonly TrustPathChange[];
  readonly gained: readonly TrustPathChange[];
  readonly longer: readonly TrustPathChange[];
  readonly lost_count: number;
  readonly gained_count: number;
  readonly longer_count: number;
  /** Sovereigns that recognised, or were recognised, before and are in no active treaty after. */
  readonly cut_off: readonly string[];
  readonly by_change: readonly ChangeImpact[];
  /** True when a list was cut to its first 100; the counts never are. */
  readonly truncated: boolean;
}

/** The consequence of one revocation, replacement, renewal or removal. */
export interface ChangeImpact {
  readonly kind: Kind;
  readonly name: string;
  readonly id: string;
  readonly affected_accepting_sovereigns: readonly string[];
  readonly attestations_no_longer_accepted: readonly string[];
}

export type GateName =
  | "findings"
  | "removals"
  | "lost_paths"
  | "last_privileged_key"
  | "freeze"
  | "approvals";

export interface Gate {
  readonly name: GateName;
  /** `refuse` blocks the apply; `wait` blocks until approvals or a date. */
  readonly status: "pass" | "refuse" | "wait";
  readonly message: string;
  readonly limit: number | null;
  readonly value: number | null;
}

export type Verdict = "no_changes" | "ready" | "waiting" | "refused";

export interface PlanSummary {
  readonly grant: number;
  readonly change: number;
  readonly remove: number;
  readonly revoke: number;
  readonly by_kind: { readonly [K in Kind]?: { readonly [A in Action]?: number } };
}

export interface Plan {
  readonly format: "concordat/plan/v1";
  readonly tool: { readonly name: "concordat"; readonly version: string };
  /** Not part of any digest. */
  readonly created_at: Timestamp;
  readonly source: {
    readonly ref: string;
    readonly commit: string;
    readonly tree: string;
    readonly dirty: boolean;
  };
  readonly base: { readonly commit: string | null; readonly tree: string | null };
  readonly verdict: Verdict;
  readonly summary: PlanSummary;
  readonly changes: readonly Change[];
  readonly drift: readonly Drift[];
  readonly skipped: readonly Skipped[];
  readonly lapsing: readonly Lapsing[];
  readonly findings: readonly Finding[];
  readonly blast_radius: BlastRadius;
  readonly gates: readonly Gate[];
  readonly policy_digest: Digest;
  /** Tree, policy, changes, dispositions, skips: what people approve. Survives a squash merge. */
  readonly change_digest: Digest;
  /** The state planned against: what the commit compares and swaps. */
  readonly state_digest: Digest;
  /** Covers both: what `apply --expect` takes. */
  readonly plan_digest: Digest;
}
