/** Makes plans by hand. */
import type { Change, ChangeImpact, Plan } from "../../../src/model/plan.js";
import type { Digest } from "../../../src/model/state.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

export const EMPTY: Plan = {
  format: "concordat/plan/v1",
  tool: { name: "concordat", version: "0.1.0" },
  created_at: parseTimestamp("2026-11-23T00:00:00Z"),
  source: { ref: "main", commit: "9f3c2e1".padEnd(40, "0"), tree: "7".repeat(40), dirty: false },
  base: { commit: "5".repeat(40), tree: "6".repeat(40) },
  verdict: "no_changes",
  summary: { grant: 0, change: 0, remove: 0, revoke: 0, by_kind: {} },
  changes: [],
  drift: [],
  skipped: [],
  lapsing: [],
  findings: [],
  blast_radius: {
    paths_before: 0,
    paths_after: 0,
    lost: [],
    gained: [],
    longer: [],
    lost_count: 0,
    gained_count: 0,
    longer_count: 0,
    cut_off: [],
    by_change: [],
    truncated: false,
  },
  gates: [],
  policy_digest: digest("d"),
  change_digest: digest("a"),
  state_digest: digest("b"),
  plan_digest: digest("c"),
};

export const ID = "1b4e28ba-2fa1-51d2-883f-0016d3cca427";

export function change(
  given: Partial<Change> & Pick<Change, "action" | "kind" | "name" | "risk">,
): Change {
  return {
    id: ID,
    replaces: null,
    reason: "added_to_desired_state",
    before: null,
    after: null,
    fields: [],
    source: { file: `trust/${given.name}.yaml`, line: 1 },
    ...given,
  };
}

export function plan(given: Partial<Plan>): Plan {
  return { ...EMPTY, verdict: "ready", ...given };
}

export function impact(
  name: string,
  affected: readonly string[],
  attestations: readonly string[],
): ChangeImpact {
  return {
    kind: "RecognitionTreaty",
    name,
    id: ID,
    affected_accepting_sovereigns: affected,
    attestations_no_longer_accepted: attestations,
  };
}

export const PASSES: Plan["gates"] = [
  { name: "findings", status: "pass", message: "no errors", limit: 0, value: 0 },
  { name: "removals", status: "pass", message: "2 removed", limit: null, value: 2 },
  { name: "freeze", status: "pass", message: "no freeze", limit: null, value: null },
];
