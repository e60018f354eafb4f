/** The edits that answer a compromised operator key: marked, replaced, and what it gave revoked. */
import type { PublicKey } from "../../model/documents.js";
import type { Resource } from "../../model/resources.js";
import type { InventoryEntry } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { isJsonObject, parseJson } from "../../protocol/json.js";
import { fromInstant } from "../../protocol/instant.js";
import type { Draft } from "../draft.js";
import type { SignedAction } from "../signed-actions.js";

type OperatorKeyResource = Extract<Resource, { readonly kind: "OperatorKey" }>;

export interface Replacement {
  readonly publicKey: PublicKey;
  readonly keyId: string;
  /** Null: who held the old one. */
  readonly holder: string | null;
}

const NUMBERED = /^(.*)-(\d{1,6})$/;

/** `operator-root` → `operator-root-2`, `operator-root-2` → `operator-root-3`. */
export function successorOf(name: string): string {
  const [, stem, number] = NUMBERED.exec(name) ?? [];
  return stem === undefined ? `${name}-2` : `${stem}-${Number(number) + 1}`;
}

/** Nothing the key signed from `since` on is to be believed. */
export function markCompromised(draft: Draft, key: OperatorKeyResource, since: Instant): void {
  if (key.spec.state === "compromised") return;
  draft.set(key, [
    [["state"], "compromised"],
    [["since"], fromInstant(since)],
  ]);
}

/** The same tier, under a name of its own. A key that the tree has already is left as it is. */
export function addReplacement(draft: Draft, key: OperatorKeyResource, next: Replacement): void {
  const { publicKey, keyId } = next;
  const isThere = draft.find("OperatorKey", ({ spec }) => spec.publicKey === publicKey);
  if (isThere !== null) return;
  let name = successorOf(key.name);
  while (draft.find("OperatorKey", (other) => other.name === name) !== null)
    name = successorOf(name);
  const folder = key.source.file.split("/").slice(0, -1);
  const { tier, holder } = key.spec;
  draft.add([...folder, `${name}.yaml`].join("/"), {
    kind: "OperatorKey",
    name,
    spec: { keyId, publicKey, tier, holder: next.holder ?? holder },
  });
}

/** One Revocation for each target that the tree does not revoke yet, in one file. */
export function addRevocations(
  draft: Draft,
  actions: readonly SignedAction[],
  { incident, reason }: { readonly incident: string; readonly reason: string },
): void {
  const name = `incident-${incident.slice(0, 8)}`;
  const targets = new Map(
    actions.flatMap(({ target, remedy }) =>
      target !== null && remedy === "revoke" ? [[target.id, target] as const] : [],
    ),
  );
  const open = [...targets.values()].filter(
    ({ id }) => draft.find("Revocation", ({ spec }) => spec.target.id === id) === null,
  );
  for (const [index, { kind, id }] of open.entries()) {
    draft.add(`revocations/${name}.yaml`, {
      kind: "Revocation",
      name: `${name}-${index + 1}`,
      spec: { target: { kind, id }, reason, incident },
    });
  }
}

/** Raises `reissue` on the resources whose objects the key has revoked. Returns the ids that git has a resource for. */
export function reissue(
  draft: Draft,
  actions: readonly SignedAction[],
  inventory: readonly InventoryEntry[],
): ReadonlySet<string> {
  const drafted = new Set<string>();
  for (const { target, remedy } of actions) {
    if (target === null || remedy !== "reissue" || drafted.has(target.id)) continue;
    const entry = inventory.find(
      ({ kind, objectId }) => kind === target.kind && objectId === target.id,
    );
    const resource = entry === undefined ? null : signedResource(draft, entry);
    if (entry === undefined || resource === null) continue;
    // Raised above what was applied: merged already, and waiting for its apply.
    const applied = appliedReissue(entry);
    if ((resource.spec.reissue ?? 0) > applied) continue;
    draft.set(resource, [[["reissue"], applied + 1]]);
    drafted.add(target.id);
  }
  return drafted;
}

function appliedReissue({ specJson }: InventoryEntry): number {
  const spec = parseJson(specJson);
  const raised = isJsonObject(spec) ? spec["reissue"] : null;
  return typeof raised === "number" ? raised : 0;
}

function signedResource(draft: Draft, { kind, name }: InventoryEntry) {
  if (kind === "RecognitionTreaty") return draft.find(kind, (resource) => resource.name === name);
  if (kind === "MembershipAttestation")
    return draft.find(kind, (resource) => resource.name === name);
  return null;
}
