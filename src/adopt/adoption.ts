/** Verified rows and a committed tree → one batch: what stands is taken over, and nothing is granted or taken away. Pure. */
import type { AdoptedRows } from "../model/adoption.js";
import type { Desired, DesiredFeed, DesiredRevocation } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { Kind, Source } from "../model/resources.js";
import type { Digest, Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { entryOf } from "../plan/change.js";
import { planContext, type PlanContext } from "../plan/context.js";
import { authorityRecord, sovereignRecord } from "../plan/diff-records.js";
import { keyRecord } from "../plan/key-record.js";
import { tombstone } from "../plan/signed-changes.js";
import {
  authoritySpec,
  feedSpec,
  operatorKeySpec,
  revocationSpec,
  sovereignSpec,
} from "../plan/spec.js";
import type { Step } from "../plan/step.js";
import { sha256 } from "../protocol/digest.js";
import { documentJson } from "../protocol/documents.js";
import { attestationTerms, treatyTerms } from "./document-spec.js";
import type { InventoryFile } from "./inventory-file.js";
import type { HeldAttestation, HeldTreaty } from "./judge-row.js";
import type { VerifiedRows } from "./verify-rows.js";

type SignedKind = "RecognitionTreaty" | "MembershipAttestation";

/** A row of either kind, with what its document says as a spec. */
interface HeldObject {
  readonly kind: SignedKind;
  readonly row: HeldTreaty["row"] | HeldAttestation["row"];
  readonly terms: JsonObject;
}

/** The bookkeeping of an adoption: configuration as the tree has it, and an entry for every object. */
export function adoptionSteps(
  desired: Desired,
  snapshot: Snapshot,
  rows: VerifiedRows,
  inventory: InventoryFile,
  now: Instant,
): readonly Step[] {
  const context = planContext(desired, snapshot, now);
  return [
    ...configuration(context, rows.adopted),
    ...objects(context, rows, inventory),
    ...desired.revocations.flatMap((revocation) => revoked(context, revocation, rows.adopted)),
    ...desired.feeds.flatMap((feed) => imported(context, feed, rows)),
  ];
}

function recording(
  context: PlanContext,
  kind: Kind,
  named: { readonly name: string; readonly source: Source },
  objectId: string,
  spec: JsonObject,
): Step {
  const { name, source } = named;
  return { do: "record", entry: entryOf(context, { kind, name, objectId, spec, source }) };
}

/** Authority, operator keys and sovereigns come from the tree alone: no database of the reference has them. */
function configuration(context: PlanContext, { revokedKeys }: AdoptedRows): readonly Step[] {
  const { authority, operatorKeys, sovereigns } = context.desired;
  const record = authorityRecord(authority);
  const isRevoked = new Set(revokedKeys.map(({ keyId }) => keyId));
  return [
    { do: "put_authority", authority: record },
    recording(context, "Authority", authority, authority.sovereignId, authoritySpec(record)),
    ...operatorKeys
      // What is to be revoked is revoked by a plan, which says so.
      .filter(({ keyId, state }) => !isRevoked.has(keyId) && state !== "compromised")
      .flatMap((key): Step[] => [
        { do: "put_operator_key", key: keyRecord(key) },
        recording(context, "OperatorKey", key, key.keyId, operatorKeySpec(key)),
      ]),
    ...sovereigns.flatMap((sovereign): Step[] => [
      { do: "put_sovereign", sovereign: sovereignRecord(sovereign) },
      recording(context, "Sovereign", sovereign, sovereign.sovereignId, sovereignSpec(sovereign)),
    ]),
  ];
}

/**
 * An object keeps its id. Its entry says what its document says, whatever its resource asks for by now: a resource that was
 * changed since the import is a change like any other, which the next plan shows. What is revoked or suspended is remembered
 * as a tombstone, so that it is seen if it becomes active again.
 */
function objects(
  context: PlanContext,
  rows: VerifiedRows,
  inventory: InventoryFile,
): readonly Step[] {
  const held = new Map<string, HeldObject>();
  for (const { row, document } of rows.treaties)
    held.set(keyOf("RecognitionTreaty", row.id), {
      kind: "RecognitionTreaty",
      row,
      terms: treatyTerms(document.body),
    });
  for (const { row, document } of rows.attestations)
    held.set(keyOf("MembershipAttestation", row.id), {
      kind: "MembershipAttestation",
      row,
      terms: attestationTerms(document.body),
    });
  const resources = new Map<string, Source>();
  for (const { name, source } of context.desired.treaties)
    resources.set(keyOf("RecognitionTreaty", name), source);
  for (const { name, source } of context.desired.attestations)
    resources.set(keyOf("MembershipAttestation", name), source);
  const named = new Set<string>();
  const steps = inventory.items.flatMap(({ kind, name, objectId, renewal }): Step[] => {
    const object = held.get(keyOf(kind, objectId));
    const source = resources.get(keyOf(kind, name));
    if (object === undefined || source === undefined || object.row.status !== "active") return [];
    if (named.has(keyOf(kind, objectId))) return [];
    named.add(keyOf(kind, objectId));
    const entry = entryOf(context, { kind, name, objectId, spec: object.terms, source, renewal });
    return [{ do: "record", entry: { ...entry, documentDigest: digestOf(object) } }];
  });
  const { source } = context.desired.authority;
  const tombstones = [...held.values()]
    .filter(({ row }) => row.status !== "active")
    .map((object) => {
      const { kind, row, terms } = object;
      const spec = row.status === "suspended" ? { ...terms, status: "suspended" } : terms;
      const entry = entryOf(context, { kind, name: "", objectId: row.id, spec, source });
      return tombstone({ ...entry, documentDigest: digestOf(object) });
    });
  return [...steps, ...tombstones];
}

function keyOf(kind: Kind, idOrName: string): string {
  return `${kind}\n${idOrName}`;
}

function digestOf({ row }: HeldObject): Digest {
  return sha256(row.json);
}

/** A revocation of what is revoked already has nothing left to do; any other is a change of its own. */
function revoked(
  context: PlanContext,
  revocation: DesiredRevocation,
  { treaties, attestations, revokedKeys }: AdoptedRows,
): readonly Step[] {
  const { targetKind, targetName, targetId } = revocation;
  if (targetName !== null || targetId === null) return [];
  const isDone =
    targetKind === "OperatorKey"
      ? revokedKeys.some(({ keyId }) => keyId === targetId)
      : (targetKind === "RecognitionTreaty" ? treaties : attestations).some(
          ({ id, status }) => id === targetId && status === "revoked",
        );
  return isDone
    ? [recording(context, "Revocation", revocation, targetId, revocationSpec(revocation))]
    : [];
}

function imported(
  context: PlanContext,
  desired: DesiredFeed,
  { feeds }: VerifiedRows,
): readonly Step[] {
  const json = documentJson(desired.feed);
  const isHeld = feeds.some(({ document }) => documentJson(document) === json);
  return desired.accept && isHeld
    ? [recording(context, "RevocationFeed", desired, desired.feed.body.feed_id, feedSpec(desired))]
    : [];
}
