/** One incident: what its folder holds, in the words of `incident.json`, hence the snake case. */
import type { Digest } from "./digest.js";
import type { JsonValue } from "./json.js";
import type { Timestamp } from "./time.js";

export const INCIDENT_KINDS = [
  "key-compromise",
  "bad-treaty",
  "bad-feed",
  "restore",
  "blast-radius",
] as const;

export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** `refused`: a rule said no. `failed`: it could not be tried. `held`: it waits for a person. */
export type StepOutcome = "done" | "already" | "skipped" | "held" | "refused" | "failed";

/** One line of `timeline.jsonl`. */
export interface IncidentStep {
  readonly at: Timestamp;
  readonly by: string;
  /** A name in kebab case, the same in every run: `revoke-key`, `export-audit`. */
  readonly step: string;
  readonly outcome: StepOutcome;
  /** One sentence. */
  readonly message: string;
  /** The entry of the audit log that the step made; null: none. */
  readonly log_index: number | null;
}

/** What the incident's tools found, the most important first. */
export interface IncidentFinding {
  readonly code: string;
  readonly level: "error" | "warning" | "info";
  readonly message: string;
  /** A way out. */
  readonly hint: string;
}

/** One thing that was done in the window, and what it means at this moment. */
export interface IncidentEffect {
  readonly at: Timestamp;
  readonly event_id: string;
  readonly log_index: number | null;
  readonly action: string;
  /** Id of what it was done to. */
  readonly object: string;
  /** `active`, `revoked`, `expired`, `imported`, `rejected`, `removed`, `unknown` … */
  readonly current: string;
  /** What is drafted against it; null: nothing is needed. */
  readonly answer: string | null;
}

/** What was expected, and what was seen. */
export interface IncidentCheck {
  readonly name: string;
  readonly expected: string;
  readonly observed: string;
  readonly passed: boolean;
  readonly at: Timestamp;
}

/** A change that waits on a branch, not applied. */
export interface IncidentDraft {
  readonly branch: string;
  readonly commit: string;
  readonly base: string;
  readonly purpose: string;
  /** Paths in the trust repository. */
  readonly files: readonly string[];
  /** Why nobody should merge it yet; null: it may be reviewed and merged. */
  readonly held: string | null;
  /** The branch that it is meant for says all of it already: merged, or in words of its own. */
  readonly settled: boolean;
}

/** A text ready to be sent. */
export interface IncidentNotice {
  /** In the incident's folder. */
  readonly file: string;
  /** A sovereign id, or who else it goes to. */
  readonly to: string;
  readonly subject: string;
}

export interface IncidentFile {
  /** From the incident's folder, `/` between folders. */
  readonly name: string;
  readonly sha256: Digest;
  readonly bytes: number;
}

/** The state when the incident was opened. */
export interface IncidentOrigin {
  readonly sovereign_id: string | null;
  readonly key_id: string | null;
  readonly public_key: string | null;
  readonly generation: number;
  readonly state_digest: Digest;
  /** The head of the audit log, its root in base64; null before it has an entry. */
  readonly log: {
    readonly size: number;
    readonly root: string;
    readonly origin: string | null;
  } | null;
}

/** Answers that a person gave, each with the source that it comes from. */
export interface IncidentConfirmation {
  readonly at: Timestamp;
  readonly by: string;
  readonly what: string;
  readonly value: string;
  readonly source: string;
  readonly holds: boolean;
}

export interface Incident {
  readonly format: "concordat-incident/1";
  readonly id: string;
  readonly kind: IncidentKind;
  /** The key id, treaty id, issuer … it is about. */
  readonly subject: string;
  readonly opened_at: Timestamp;
  readonly opened_by: string;
  readonly updated_at: Timestamp;
  readonly status: "open" | "closed";
  readonly origin: IncidentOrigin;
  /** What the command was asked, for the record. */
  readonly asked: { readonly [name: string]: JsonValue };
  readonly steps: readonly IncidentStep[];
  readonly findings: readonly IncidentFinding[];
  readonly effects: readonly IncidentEffect[];
  readonly checks: readonly IncidentCheck[];
  readonly confirmations: readonly IncidentConfirmation[];
  readonly drafts: readonly IncidentDraft[];
  readonly notices: readonly IncidentNotice[];
  readonly files: readonly IncidentFile[];
}

/** What the tools of an incident learn; each list is replaced as a whole. */
export type IncidentUpdate = Partial<
  Pick<
    Incident,
    "status" | "asked" | "findings" | "effects" | "checks" | "confirmations" | "drafts" | "notices"
  >
>;

/** What every command of an incident returns, and `--json` prints. */
export interface IncidentResult {
  /** One line: what is so at this moment. */
  readonly verdict: string;
  /** True while something waits for a person: the text and the exit code say so. */
  readonly is_refused: boolean;
  readonly folder: string;
  readonly incident: Incident;
  /** Commands to copy, each as its words, the next one first. */
  readonly next: readonly (readonly string[])[];
}
