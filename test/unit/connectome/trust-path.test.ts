/** Trust paths over generated states, compared with a search that tries every walk. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildConnectome } from "../../../src/connectome/connectome.js";
import type { TreatyRecord } from "../../../src/model/state.js";
import { explainTrustPath } from "../../../src/protocol/graph.js";
import { instant, treatyRow } from "./snapshots.js";

const NOW = instant("2026-10-02T00:00:00Z");
const SOVEREIGNS = ["A", "B", "C", "D", "E"];

const treaties = fc
  .array(
    fc.record({
      issuer: fc.constantFrom(...SOVEREIGNS),
      subject: fc.constantFrom(...SOVEREIGNS),
      status: fc.constantFrom(
        "active" as const,
        "active" as const,
        "active" as const,
        "suspended" as const,
        "revoked" as const,
      ),
      expired: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((specs) =>
    specs.map(({ issuer, subject, status, expired }, i) =>
      treatyRow({
        id: `t${String(i).padStart(2, "0")}`,
        issuer,
        subject,
        status,
        expiresAt: expired ? "2026-10-01T12:00:00+00:00" : "2026-10-31T00:00:00+00:00",
      }),
    ),
  );

/** Every walk without a repeated sovereign, as lists of treaty ids, in the order of `usable` at each step. */
function walks(
  usable: readonly TreatyRecord[],
  from: string,
  to: string,
  seen: readonly string[] = [from],
): string[][] {
  return usable
    .filter((treaty) => treaty.issuer === from && !seen.includes(treaty.subject))
    .flatMap((treaty) =>
      treaty.subject === to
        ? [[treaty.id]]
        : walks(usable, treaty.subject, to, [...seen, treaty.subject]).map((rest) => [
            treaty.id,
            ...rest,
          ]),
    );
}

/** What the reference answers, found the slow way. */
function expected(list: readonly TreatyRecord[], from: string, to: string): unknown {
  const usable = list
    .filter((treaty) => treaty.status === "active" && treaty.expiresAt > "2026-10-02")
    .toSorted((a, b) => (a.subject + a.id < b.subject + b.id ? -1 : 1));
  const all = walks(usable, from, to);
  const shortest = Math.min(...all.map((walk) => walk.length));
  const path = all.find((walk) => walk.length === shortest);
  if (path !== undefined)
    return { from, to, trusted: true, reason: "active_treaty_path", path, hop_count: shortest };
  const revoked = list.find(
    (treaty) => treaty.issuer === from && treaty.subject === to && treaty.status === "revoked",
  );
  return {
    from,
    to,
    trusted: false,
    reason: revoked === undefined ? "no_active_treaty_path" : "direct_treaty_revoked",
    path: revoked === undefined ? [] : [revoked.id],
    hop_count: 0,
  };
}

test("a trust path is the first shortest walk over usable treaties, and is missing only when there is no walk", () => {
  fc.assert(
    fc.property(
      treaties,
      fc.constantFrom(...SOVEREIGNS),
      fc.constantFrom(...SOVEREIGNS),
      (list, from, to) => {
        const { graph } = buildConnectome(
          { treaties: list, importedRevocations: [] },
          NOW,
        ).recognition;
        const explained = explainTrustPath(graph, from, to);
        expect({ ...explained, path: explained.path.map((edge) => edge.treaty_id) }).toEqual(
          expected(list, from, to),
        );
      },
    ),
    { numRuns: 500 },
  );
});
