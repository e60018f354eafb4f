/** What an authenticated admin request asks for, who asks, and what it is answered (protocol.md 7). */
import type { PublicKey } from "./documents.js";
import type { JsonObject, JsonValue } from "./json.js";
import type { Tier } from "./resources.js";
import type { Timestamp } from "./time.js";

export interface IssueTreaty {
  readonly action: "issue_treaty";
  readonly subjectSovereignId: string;
  readonly subjectPublicKeys: readonly string[];
  readonly scope: JsonObject;
  readonly validityHours: number;
  readonly metadata: JsonObject;
}

export interface RevokeTreaty {
  readonly action: "revoke_treaty";
  readonly treatyId: string;
  readonly reason: string;
}

export interface IssueAttestation {
  readonly action: "issue_attestation";
  readonly subjectId: string;
  readonly subjectPublicKey: string | null;
  readonly roles: readonly string[];
  readonly validityHours: number;
  readonly claims: JsonObject;
}

export interface RevokeAttestation {
  readonly action: "revoke_attestation";
  readonly attestationId: string;
  readonly reason: string;
}

export interface SavePolicy {
  readonly action: "save_policy";
  readonly policy: JsonValue;
}

export interface ImportFeed {
  readonly action: "import_feed";
  readonly feed: JsonValue;
  /** Null: the caller leaves the keys to what the state knows of the issuer. */
  readonly issuerPublicKeys: readonly string[] | null;
  readonly expectedIssuer: string | null;
}

export interface RevokeOperatorKey {
  readonly action: "revoke_operator_key";
  readonly keyId: string;
  readonly reason: string;
}

/** Reads what operators alone may see: nothing is done, and the nonce is spent. */
export interface ListAttestations {
  readonly action: "list_attestations";
}

/** What was asked cannot be done as it was put; whoever signed it is heard all the same, and its nonce is spent. */
export interface RefuseRequest {
  readonly action: "refuse";
  readonly asked: Exclude<AdminAction["action"], "refuse">;
  /** A code of the table of errors. */
  readonly code: string;
  readonly message: string;
  readonly details: JsonValue;
}

export type AdminAction =
  | IssueTreaty
  | RevokeTreaty
  | IssueAttestation
  | RevokeAttestation
  | SavePolicy
  | ImportFeed
  | RevokeOperatorKey
  | ListAttestations
  | RefuseRequest;

/** Whose signature held, and what it covered. */
export interface AdminCaller {
  readonly keyId: string;
  /** Under which the signature held. */
  readonly publicKey: PublicKey;
  readonly nonce: string;
  /** What the caller signed as its time. */
  readonly requestedAt: Timestamp;
  readonly signatureVersion: 1 | 2;
  readonly remoteAddress: string;
}

/** The whole of it is JSON, so that it crosses a thread as canonical text. */
export interface AdminRequest {
  readonly caller: AdminCaller;
  readonly action: AdminAction;
  readonly requiredTier: Tier;
}

export interface AdminAnswer {
  readonly status: 200 | 201;
  readonly body: JsonValue;
}

/** An answer with the proof that what was done is in the audit log. */
export interface AdminReply extends AdminAnswer {
  /** Base64 of a c2sp.org/tlog-proof; null when nothing was logged, or nobody could sign it. */
  readonly receipt: string | null;
}

/** Whether an admin request may add trust, or git alone. */
export type AdminGrants = "refuse" | "allow";

/** The issuer's feed is not polled and not imported until its resource says otherwise. */
export interface SuspendFeed {
  readonly action: "suspend_feed";
  readonly issuer: string;
  readonly reason: string;
}

/** What an operator at the host does at once: it only takes trust away, or stops hearing a feed. */
export type LocalAction =
  | RevokeTreaty
  | RevokeAttestation
  | RevokeOperatorKey
  | ImportFeed
  | SuspendFeed;

/** Who asks stands in the audit as `requested_by`: what the caller says, let in by the rights of files. */
export interface LocalRequest {
  readonly by: string;
  readonly action: LocalAction;
}

export interface LocalAnswer {
  readonly body: JsonValue;
  /** Of the audit events that were written with it; none when nothing was to be done any more. */
  readonly events: readonly string[];
}
