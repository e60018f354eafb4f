/** Reads what the connectome of another sovereign says (protocol.md 6). It is that sovereign's word, and nobody has signed it. */
import type { JsonObject, JsonValue } from "../../model/json.js";
import { isJsonArray, isJsonObject, parseJson } from "../../protocol/json.js";

export interface ConnectomeAnswer {
  /** Whether it recognises the issuer by a treaty in force. */
  readonly recognises: boolean;
  /** What it holds for revoked of the issuer's attestations. */
  readonly revoked: ReadonlySet<string>;
  /** The highest sequence among the feeds of the issuer that it names; null: it names none. */
  readonly sequence: number | null;
}

const IN_FORCE: ReadonlySet<JsonValue | undefined> = new Set(["active", "expiring_soon"]);

/** Null when the bytes are no connectome. */
export function readConnectome(
  bytes: Uint8Array,
  sovereign: string,
  issuer: string,
): ConnectomeAnswer | null {
  const value = parsed(bytes);
  const edges = listOf(value, "recognition_edges");
  const material = listOf(value, "revoked_trust_material");
  if (edges === null || material === null) return null;
  const ofIssuer = material.filter(
    (item) => item["type"] === "membership_attestation" && item["issuer_sovereign_id"] === issuer,
  );
  const sequences = ofIssuer.flatMap(({ sequence }) =>
    typeof sequence === "number" ? [sequence] : [],
  );
  return {
    recognises: edges.some(
      (edge) =>
        edge["from"] === sovereign &&
        edge["to"] === issuer &&
        edge["status"] === "active" &&
        IN_FORCE.has(edge["lifecycle_state"]),
    ),
    revoked: new Set(ofIssuer.flatMap(({ id }) => (typeof id === "string" ? [id] : []))),
    sequence: sequences.reduce<number | null>((top, next) => Math.max(top ?? next, next), null),
  };
}

function parsed(bytes: Uint8Array): JsonObject | null {
  try {
    const value = parseJson(bytes);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function listOf(value: JsonObject | null, field: string): readonly JsonObject[] | null {
  const list: JsonValue = value?.[field] ?? null;
  return isJsonArray(list) ? list.filter((item) => isJsonObject(item)) : null;
}
