/** Whom an imported revocation affects: the sovereigns that accept attestations of its issuer. */
import { sortedSet } from "../protocol/code-points.js";
import type { Edge } from "../protocol/graph.js";

/** Issuer → the `from` of every active edge that leads to it, by code point. */
export type Accepting = ReadonlyMap<string, readonly string[]>;

export function acceptingSovereigns(activeEdges: readonly Edge[]): Accepting {
  const accepting = new Map<string, Set<string>>();
  for (const { from, to } of activeEdges) {
    const sovereigns = accepting.get(to);
    if (sovereigns === undefined) accepting.set(to, new Set([from]));
    else sovereigns.add(from);
  }
  return new Map([...accepting].map(([issuer, sovereigns]) => [issuer, sortedSet(sovereigns)]));
}

/** Whether an imported revocation of any issuer affects the same sovereigns under both. */
export function sameAccepting(a: Accepting, b: Accepting): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [issuer, sovereigns] of a) {
    const others = b.get(issuer);
    if (others?.length !== sovereigns.length) return false;
    if (sovereigns.some((sovereign, i) => sovereign !== others[i])) return false;
  }
  return true;
}
