import { describe, expect, test } from "vitest";
import type { DocumentStatus } from "../../src/model/documents.js";
import { explainTrustPath, Graph, toEdgeJson, type Edge } from "../../src/protocol/graph.js";
import { Dice } from "./dice.js";
import { askReference, isMissing } from "./reference.js";

const GRAPHS = 400;
/** Names whose order is not that of UTF-16 units. */
const NAMES = ["A", "B", "b", "Ä", "\ue000", "\u{1f600}", "10", "9", "C", "D", "E", "F"];
const STATUSES: readonly [DocumentStatus, ...DocumentStatus[]] = [
  "active",
  "active",
  "suspended",
  "revoked",
];

interface Explained {
  readonly paths: readonly unknown[];
}

function edges(dice: Dice): readonly Edge[] {
  const sovereigns = NAMES.slice(0, 2 + dice.roll(NAMES.length - 1));
  const name = (): string => sovereigns[dice.roll(sovereigns.length)] ?? "A";
  return Array.from({ length: dice.roll(3 * sovereigns.length) }, (_, index) => ({
    from: name(),
    to: name(),
    treatyId: `${dice.pick(["t", "\ue000", "\u{1f600}"])}${index}`,
    status: dice.pick(STATUSES),
    lifecycleState: dice.pick([
      "active",
      "expiring_soon",
      "active",
      "expired",
      "revoked",
      "replaced",
    ]),
    expiryRisk: dice.pick(["low", "high", "none"]),
    validFrom: "2026-01-01T00:00:00+00:00",
    expiresAt: "2036-01-01T00:00:00+00:00",
  }));
}

describe.skipIf(isMissing)("trust paths", () => {
  test(`are the reference's between all sovereigns of ${GRAPHS} graphs`, async () => {
    const dice = new Dice("trust paths");
    const graphs = Array.from({ length: GRAPHS }, () => edges(dice));
    const names = [...NAMES, "nobody"];
    const questions = names.flatMap((from) => names.map((to) => [from, to] as const));
    const theirs = await askReference<Explained>(
      "paths",
      graphs.map((graph) =>
        JSON.stringify({ graph: { recognition_edges: graph.map(toEdgeJson) }, questions }),
      ),
    );
    const ours = graphs.map((graph) => {
      const built = new Graph(graph);
      return { paths: questions.map(([from, to]) => explainTrustPath(built, from, to)) };
    });
    expect(theirs).toHaveLength(GRAPHS);
    for (const [index, answer] of theirs.entries())
      expect(ours[index]?.paths, `graph ${index}`).toEqual(answer.paths);
  });
});
