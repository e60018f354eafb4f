/** The three digests of a plan (design.md 3): what is approved, what is compared and swapped, and both. */
import type { JsonValue } from "../model/json.js";
import type { BlastRadius, Change, Drift, Skipped } from "../model/plan.js";
import type { Digest } from "../model/state.js";
import { digestOf } from "../protocol/digest.js";

/** Records as JSON: our plan types hold JSON values only. */
function changeJson(change: Change): JsonValue {
  const { fields, source, ...rest } = change;
  return {
    ...rest,
    fields: fields.map((field) => ({ ...field })),
    source: source === null ? null : { ...source },
  };
}

/** Tree, policy, changes, dispositions of drift, skips. Times and the state are left out: a squash merge keeps it. */
export function changeDigest(given: {
  readonly tree: string;
  readonly policyDigest: Digest;
  readonly changes: readonly Change[];
  readonly drift: readonly Drift[];
  readonly skipped: readonly Skipped[];
}): Digest {
  return digestOf({
    format: "concordat/change/v1",
    tree: given.tree,
    policy_digest: given.policyDigest,
    changes: given.changes.map(changeJson),
    drift: given.drift.map((item) => ({ ...item })),
    skipped: given.skipped.map((item) => ({ ...item })),
  });
}

/** The change, the state it was planned against, and what it would do. */
export function planDigest(change: Digest, state: Digest, radius: BlastRadius): Digest {
  const { by_change: impacts, lost, gained, longer, ...counts } = radius;
  return digestOf({
    format: "concordat/plan/v1",
    change_digest: change,
    state_digest: state,
    blast_radius: {
      ...counts,
      lost: lost.map((path) => ({ ...path })),
      gained: gained.map((path) => ({ ...path })),
      longer: longer.map((path) => ({ ...path })),
      by_change: impacts.map((impact) => ({ ...impact })),
    },
  });
}
