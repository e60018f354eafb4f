/** Names of the objects that we sign: the same desired state always names the same objects (design.md 3). */
import type { JsonObject } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { CONCORDAT_NAMESPACE, uuid5 } from "../protocol/uuid.js";

/**
 * The id of a treaty or an attestation: UUIDv5 (RFC 9562 5.5) over sovereign, kind, name, normalised spec
 * (`reissue` stands in it) and renewal number.
 */
export function objectId(
  sovereignId: string,
  kind: "RecognitionTreaty" | "MembershipAttestation",
  name: string,
  spec: JsonObject,
  renewal: number,
): string {
  return uuid5(CONCORDAT_NAMESPACE, canonicalJson([sovereignId, kind, name, spec, renewal]));
}

/**
 * The first renewal number from `from` on whose id is free. An id that was ever used is terminal, so a spec that
 * returns to an earlier form gets a new id by counting on.
 */
export function freeObjectId(
  sovereignId: string,
  kind: "RecognitionTreaty" | "MembershipAttestation",
  name: string,
  spec: JsonObject,
  from: number,
  taken: Pick<ReadonlySet<string>, "has">,
): { readonly id: string; readonly renewal: number } {
  for (let renewal = from; ; renewal += 1) {
    const id = objectId(sovereignId, kind, name, spec, renewal);
    if (!taken.has(id)) return { id, renewal };
  }
}
