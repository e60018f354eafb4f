import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareEdges,
  explainTrustPath,
  Graph,
  isActive,
  isRevoked,
  toEdgeJson,
} from "../../../src/protocol/graph.js";
import type { Edge } from "../../../src/protocol/graph.js";

function edge(from: string, to: string, change: Partial<Edge> = {}): Edge {
  return {
    from,
    to,
    treatyId: `${from}-${to}`,
    status: "active",
    lifecycleState: "active",
    expiryRisk: "low",
    validFrom: "2026-01-01T00:00:00+00:00",
    expiresAt: "2026-02-01T00:00:00+00:00",
    ...change,
  };
}

const revoked = { status: "revoked", lifecycleState: "revoked", expiryRisk: "none" } as const;

const edges: fc.Arbitrary<Edge[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom("a", "b", "c", "d", "e", "f"),
      fc.constantFrom("a", "b", "c", "d", "e", "f"),
      fc.boolean(),
      fc.nat(3),
    )
    .map(([from, to, isLive, treaty]) =>
      edge(from, to, { treatyId: `t${treaty}`, ...(isLive ? {} : revoked) }),
    ),
  { maxLength: 14 },
);

/** Least hops by relaxing every edge until nothing changes. */
function hopsSlowly(all: readonly Edge[], source: string): Map<string, number> {
  const hops = new Map([[source, 0]]);
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, to } of all.filter(isActive)) {
      const distance = (hops.get(from) ?? Infinity) + 1;
      if (distance < (hops.get(to) ?? Infinity)) {
        hops.set(to, distance);
        changed = true;
      }
    }
  }
  return hops;
}

describe("edges", () => {
  test.each([
    ["active", "active", true, false],
    ["active", "expiring_soon", true, false],
    ["active", "expired", false, false],
    ["active", "revoked", false, true],
    ["active", "replaced", false, true],
    ["suspended", "active", false, false],
    ["suspended", "expired", false, false],
    ["revoked", "revoked", false, true],
    ["revoked", "active", false, true],
  ] as const)(
    "status %s, lifecycle %s: active %s, revoked %s",
    (status, lifecycleState, active, isGone) => {
      const some = edge("a", "b", { status, lifecycleState });
      expect([isActive(some), isRevoked(some)]).toEqual([active, isGone]);
    },
  );

  test("they sort by from, to and treaty, each by code point", () => {
    const sorted = [
      edge("a", "b", { treatyId: "1" }),
      edge("a", "b", { treatyId: "2" }),
      edge("a", "\ue000"),
      edge("a", "\u{1f600}"),
      edge("ab", "a"),
    ];
    expect(sorted.toReversed().sort(compareEdges)).toEqual(sorted);
    expect(new Graph(sorted.toReversed()).edges).toEqual(sorted);
  });
});

describe("Graph", () => {
  test("its answers do not depend on the order of the edges", () => {
    fc.assert(
      fc.property(edges, (list) => {
        expect(
          new Graph(list.toReversed())
            .path("a", "f")
            ?.map((step) => [step.from, step.to, step.treatyId]),
        ).toEqual(
          new Graph(list).path("a", "f")?.map((step) => [step.from, step.to, step.treatyId]),
        );
      }),
    );
  });

  test("hops are the least number of active edges", () => {
    fc.assert(
      fc.property(edges, (list) => {
        expect(new Graph(list).hopsFrom("a")).toEqual(hopsSlowly(list, "a"));
      }),
    );
  });

  test("a path is a chain of active edges, and none is shorter", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const path = new Graph(list).path("a", "b");
        expect(path?.length).toBe(hopsSlowly(list, "a").get("b"));
        expect(path?.every(isActive) ?? true).toBe(true);
        expect(path?.map((step) => step.from) ?? []).toEqual(
          path === null ? [] : ["a", ...path.slice(0, -1).map((step) => step.to)],
        );
        expect(path?.at(-1)?.to ?? "b").toBe("b");
      }),
    );
  });

  test("predecessors are those from whom hops lead to a target", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const reached = new Graph(list).predecessors(["e", "f"]);
        for (const source of ["a", "b", "c", "d", "e", "f"]) {
          const hops = hopsSlowly(list, source);
          expect(reached.has(source)).toBe(hops.has("e") || hops.has("f"));
        }
      }),
    );
  });

  test("of several shortest paths it takes the first in sort order", () => {
    const graph = new Graph([
      edge("a", "c"),
      edge("c", "z"),
      edge("a", "b"),
      edge("b", "z"),
      edge("b", "z", { treatyId: "0" }),
    ]);
    expect(graph.path("a", "z")?.map((step) => step.treatyId)).toEqual(["a-b", "0"]);
  });

  test("a long chain and a cycle end", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => edge(`s${i}`, `s${i + 1}`));
    const graph = new Graph([...chain, edge("s20000", "s0")]);
    expect(graph.path("s0", "s20000")).toHaveLength(20_000);
    expect(graph.path("s0", "elsewhere")).toBeNull();
  });

  test("nobody has a path to itself", () => {
    expect(new Graph([edge("a", "a"), edge("a", "b"), edge("b", "a")]).path("a", "a")).toBeNull();
    expect(new Graph([]).hopsFrom("a")).toEqual(new Map([["a", 0]]));
    expect(new Graph([]).predecessors(["a"])).toEqual(new Set(["a"]));
  });
});

describe("explainTrustPath", () => {
  const ab = edge("a", "b");
  const bc = edge("b", "c", { lifecycleState: "expiring_soon", expiryRisk: "high" });
  const gone = edge("a", "d", revoked);

  test("a path of active treaties", () => {
    expect(explainTrustPath(new Graph([bc, gone, ab]), "a", "c")).toEqual({
      from: "a",
      to: "c",
      trusted: true,
      reason: "active_treaty_path",
      path: [toEdgeJson(ab), toEdgeJson(bc)],
      hop_count: 2,
    });
  });

  test("a direct treaty that was revoked: the first in sort order", () => {
    const other = edge("a", "d", { ...revoked, treatyId: "z", lifecycleState: "replaced" });
    expect(explainTrustPath(new Graph([other, gone, ab]), "a", "d")).toEqual({
      from: "a",
      to: "d",
      trusted: false,
      reason: "direct_treaty_revoked",
      path: [toEdgeJson(gone)],
      hop_count: 0,
    });
  });

  test("a path goes before a revoked treaty", () => {
    expect(explainTrustPath(new Graph([ab, bc, edge("a", "c", revoked)]), "a", "c")).toMatchObject({
      trusted: true,
      hop_count: 2,
    });
  });

  test.each([
    [
      "an expired treaty",
      "a",
      "b",
      [edge("a", "b", { lifecycleState: "expired", expiryRisk: "expired" })],
    ],
    ["the other direction", "b", "a", [ab]],
    ["somebody unknown", "a", "nobody", [ab]],
    ["oneself", "a", "a", [ab, edge("b", "a")]],
  ])("no path: %s", (_name, from, to, list) => {
    expect(explainTrustPath(new Graph(list), from, to)).toEqual({
      from,
      to,
      trusted: false,
      reason: "no_active_treaty_path",
      path: [],
      hop_count: 0,
    });
  });

  test("an edge in JSON", () => {
    expect(toEdgeJson(ab)).toEqual({
      from: "a",
      to: "b",
      treaty_id: "a-b",
      status: "active",
      lifecycle_state: "active",
      expiry_risk: "low",
      valid_from: "2026-01-01T00:00:00+00:00",
      expires_at: "2026-02-01T00:00:00+00:00",
    });
  });
});
