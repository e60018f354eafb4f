/** Steps → a batch: signs what is to be signed and writes down, beside every change, the event that records it. */
import type { AuditEventType } from "../model/audit.js";
import type { DesiredAuthority } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { Digest, InventoryEntry, Operation } from "../model/state.js";
import type { Instant } from "../model/time.js";
import type { Step } from "../plan/step.js";
import { documentDigest } from "../protocol/documents.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";
import { draftAttestation, draftTreaty } from "./documents.js";

/** An event before it gets its id and time. Details hold ids and reasons, never payloads (protocol.md 8). */
export interface Recorded {
  readonly type: AuditEventType;
  readonly details: JsonObject;
}

export interface Signing {
  readonly authority: DesiredAuthority;
  readonly key: PrivateKey;
  readonly now: Instant;
}

interface Carried {
  readonly operation: Operation;
  readonly event: Recorded | null;
}

/** What the steps become: operations in their order, and one event for each change of trust. */
export interface CarriedOut {
  readonly operations: readonly Operation[];
  readonly events: readonly Recorded[];
}

/** Signs and translates the steps. Nothing is written yet. */
export function carryOut(steps: readonly Step[], signing: Signing): CarriedOut {
  const documents = new Map<string, Digest>();
  const carried = steps.map((step) => carry(step, signing, documents));
  return {
    operations: carried.map((item) => item.operation),
    events: carried.flatMap((item) => (item.event === null ? [] : [item.event])),
  };
}

function carry(step: Step, signing: Signing, documents: Map<string, Digest>): Carried {
  const { authority, key, now } = signing;
  const at = toOffsetForm(fromInstant(now));
  switch (step.do) {
    case "put_authority":
      return {
        operation: step,
        event: {
          type: "authority_configured",
          details: {
            sovereign_id: step.authority.sovereignId,
            key_id: step.authority.keyId,
            public_key: step.authority.publicKey,
          },
        },
      };
    case "put_operator_key":
      return {
        operation: step,
        event: {
          type: "operator_key_saved",
          details: {
            key_id: step.key.keyId,
            tier: step.key.tier,
            state: step.key.state,
            public_key: step.key.publicKey,
          },
        },
      };
    case "revoke_operator_key":
      return {
        operation: {
          do: "revoke_operator_key",
          key: {
            keyId: step.keyId,
            revokedAt: at,
            reason: step.reason,
            revokedBy: authority.keyId,
          },
        },
        event: {
          type: "operator_key_revoked",
          details: {
            key_id: step.keyId,
            reason: step.reason,
            incident: step.incident,
            revoked_by: authority.keyId,
          },
        },
      };
    case "put_sovereign":
      return {
        operation: step,
        event: {
          type: "sovereign_saved",
          details: {
            sovereign_id: step.sovereign.sovereignId,
            public_keys: step.sovereign.publicKeys,
            feed_suspended: step.sovereign.feed.suspend,
          },
        },
      };
    case "remove_sovereign":
      return {
        operation: step,
        event: { type: "sovereign_removed", details: { sovereign_id: step.sovereignId } },
      };
    case "issue_treaty": {
      const treaty = signDocument(
        draftTreaty(authority, step.id, step.desired, now),
        authority.keyId,
        key,
      );
      const digest = documentDigest(treaty);
      documents.set(step.id, digest);
      return {
        operation: { do: "issue_treaty", treaty },
        event: {
          type: "recognition_treaty_issued",
          details: {
            treaty_id: step.id,
            issuer_sovereign_id: authority.sovereignId,
            subject_sovereign_id: step.desired.subjectSovereignId,
            allowed_roles: step.desired.allowedRoles,
            document_digest: digest,
          },
        },
      };
    }
    case "issue_attestation": {
      const attestation = signDocument(
        draftAttestation(authority, step.id, step.desired, now),
        authority.keyId,
        key,
      );
      const digest = documentDigest(attestation);
      documents.set(step.id, digest);
      return {
        operation: { do: "issue_attestation", attestation },
        event: {
          type: "membership_attestation_issued",
          details: {
            attestation_id: step.id,
            issuer_sovereign_id: authority.sovereignId,
            subject_id: step.desired.subjectId,
            roles: step.desired.roles,
            document_digest: digest,
          },
        },
      };
    }
    case "revoke_treaty":
      return {
        operation: { do: "revoke_treaty", id: step.id, reason: step.reason, at },
        event: {
          type: "recognition_treaty_revoked",
          details: { treaty_id: step.id, reason: step.reason, incident: step.incident },
        },
      };
    case "revoke_attestation":
      return {
        operation: { do: "revoke_attestation", id: step.id, reason: step.reason, at },
        event: {
          type: "membership_attestation_revoked",
          details: { attestation_id: step.id, reason: step.reason, incident: step.incident },
        },
      };
    case "import_feed":
    case "reject_feed": {
      const { body } = step.feed;
      const details = {
        feed_id: body.feed_id,
        issuer_sovereign_id: body.issuer_sovereign_id,
        sequence: body.sequence,
      };
      const event: Recorded =
        step.do === "import_feed"
          ? {
              type: "sovereign_revocation_feed_imported",
              details: {
                ...details,
                accepted: true,
                reason: "accepted",
                revoked_count: body.revoked_attestation_ids.length,
                document_digest: documentDigest(step.feed),
              },
            }
          : {
              type: "sovereign_revocation_feed_rejected",
              details: { ...details, accepted: false, reason: "refused_in_desired_state" },
            };
      return { operation: { ...step, at }, event };
    }
    case "put_policy":
      return {
        operation: { ...step, at },
        event: {
          type: "recognition_policy_saved",
          details: { policy_id: step.policyId, local_sovereign_id: authority.sovereignId },
        },
      };
    case "remove_policy":
      return {
        operation: step,
        event: {
          type: "recognition_policy_removed",
          details: { local_sovereign_id: authority.sovereignId },
        },
      };
    case "record":
      return { operation: { do: "record", entry: completed(step.entry, documents) }, event: null };
    case "forget":
      return { operation: step, event: null };
  }
}

/** The inventory remembers what was signed, so that any other bytes show as drift. */
function completed(entry: InventoryEntry, documents: ReadonlyMap<string, Digest>): InventoryEntry {
  return { ...entry, documentDigest: documents.get(entry.objectId) ?? entry.documentDigest };
}
