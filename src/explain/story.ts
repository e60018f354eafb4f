/** The story of one object of trust, as a value: what it is, how it came to be so, and what vouches for that. */
import type { OpenDrift } from "../model/controller.js";
import type { FileCommit } from "../git/file-history.js";
import type { JsonObject } from "../model/json.js";
import type { Kind, Source } from "../model/resources.js";

/** `Event`: one audit event; `ForeignAttestation`: one that another sovereign issued and a feed of it has revoked. */
export type SubjectKind = Kind | "Event" | "ForeignAttestation";

export interface Subject {
  readonly kind: SubjectKind;
  /** Of its resource; null: no resource bears it. */
  readonly name: string | null;
  readonly id: string;
}

/** A signature on a document of ours, held against the keys that the state knows. */
export interface Signer {
  /** A label: never proof. */
  readonly key_id: string;
  /** Whose signature it is; null: none of the keys that are known has made it. */
  readonly public_key: string | null;
}

export interface Standing {
  /** One word: the lifecycle of a treaty, or the like. */
  readonly state: string;
  readonly signers: readonly Signer[];
  /** What else is known of it, by name. */
  readonly facts: JsonObject;
}

/** A treaty or attestation, of which its resource may have had several. */
export interface Generation {
  readonly id: string;
  readonly state: string;
  readonly issued_at: string;
  readonly ended_at: string | null;
  /** `replaced_by:<id>`, `renewed_by:<id>`, or why it was revoked. */
  readonly reason: string | null;
}

export interface StoryEvent {
  /** Its place in the log; null: it is not there. */
  readonly log_index: number | null;
  readonly event_id: string;
  readonly event_type: string;
  readonly created_at: string;
  /** Redacted. */
  readonly details: JsonObject;
}

/** An apply that changed the object. */
export interface StoryApply {
  readonly log_index: number | null;
  readonly at: string;
  readonly commit: string;
  readonly plan_digest: string;
  readonly change_digest: string;
  /** Of the authority's key that signed what it issued. */
  readonly key_id: string;
  /** Commits after the apply before it that touched the resource's file, newest first; null: git was not read. */
  readonly commits: readonly FileCommit[] | null;
}

export interface Story {
  readonly subject: Subject;
  readonly standing: Standing;
  /** Where the resource stands in the commit that was applied last; null: it has none. */
  readonly resource: (Source & { readonly commit: string }) | null;
  /** Newest first; of other objects than treaties and attestations empty. */
  readonly generations: readonly Generation[];
  readonly drift: readonly OpenDrift[];
  /** Newest first. */
  readonly applies: readonly StoryApply[];
  /** In the order of the log. */
  readonly events: readonly StoryEvent[];
  /** What nobody has checked, and what could not be read. */
  readonly caveats: readonly string[];
}
