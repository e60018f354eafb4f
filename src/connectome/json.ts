/** The connectome as the JSON texts of protocol.md 6. */
import { toEdgeJson } from "../protocol/graph.js";
import type { Connectome } from "./connectome.js";

/** The body of `/connectome.json`. */
export function connectomeJson(connectome: Connectome): string {
  return object({
    summary: JSON.stringify(connectome.summary),
    ...graphMembers(connectome),
    revocation_blast_radius: JSON.stringify(connectome.blastRadius),
  });
}

/** The body of `/recognition-graph`. */
export function recognitionGraphJson(connectome: Connectome): string {
  return object(graphMembers(connectome));
}

function graphMembers(connectome: Connectome): Readonly<Record<string, string>> {
  return {
    sovereigns: JSON.stringify(connectome.sovereigns.map((id) => ({ sovereign_id: id }))),
    recognition_edges: JSON.stringify(connectome.graph.edges.map(toEdgeJson)),
    // The stored text is what was signed: writing it anew could turn 1.0 into 1, and the signature would not hold.
    active_treaties: `[${connectome.activeTreaties.map((treaty) => treaty.json).join(",")}]`,
    revoked_trust_material: JSON.stringify(connectome.revokedMaterial),
  };
}

/** An object of members that are JSON texts already. */
function object(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
    .join(",")}}`;
}
