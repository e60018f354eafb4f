/** A record that somebody changed outside git: put back, unless that would give trust that was taken away. */
import type { JsonObject } from "../model/json.js";
import type { Change, Drift, Risk } from "../model/plan.js";
import { canonicalJson } from "../protocol/canonical.js";
import { change } from "./change.js";
import type { PlanContext } from "./context.js";
import { drift } from "./drift.js";
import { compareSpecs, overallRisk } from "./risk.js";

type About = Pick<Change, "kind" | "name" | "id">;

function sameSpec(left: JsonObject, right: JsonObject): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** A feed that somebody suspended at the host is heard again when git says so, and not by itself. */
function isStopped(stored: JsonObject | null, applied: JsonObject, differing: number): boolean {
  return (
    differing === 1 && stored?.["feed_suspended"] === true && applied["feed_suspended"] === false
  );
}

/**
 * Compares what the state holds with what was applied; null when they agree. With `selfHeal: deny-only` only what does not
 * widen is put back: an out-of-band grant is undone, an out-of-band removal is reported (design.md 4.1).
 */
export function restore(
  context: PlanContext,
  about: About & Pick<Change, "source">,
  stored: JsonObject | null,
  applied: JsonObject,
): { readonly drift: Drift; readonly change: Change | null } | null {
  if (stored !== null && sameSpec(stored, applied)) return null;
  const { kind, name, id } = about;
  const fields = stored === null ? [] : compareSpecs(kind, stored, applied);
  const risk = stored === null ? "widens" : overallRisk(fields);
  const { selfHeal } = context.policy;
  const puts =
    !isStopped(stored, applied, fields.length) &&
    (selfHeal === "on" || (selfHeal === "deny-only" && risk !== "widens"));
  const found = stored === null ? "missing" : "altered";
  return {
    drift: drift({ class: found, kind, name, id, disposition: puts ? "replace" : "report" }),
    change: puts
      ? change({
          ...about,
          action: "update",
          reason: stored === null ? "drift_missing" : "drift_altered",
          risk,
          before: stored,
          after: applied,
          fields,
        })
      : null,
  };
}

/**
 * Judges a spec that git changes against what stands. Where that is not what was applied, it is drift, and the change is
 * from what stands: to give back what was taken outside git widens. `addRisk` is what storing a record that is gone does.
 */
export function overwrite(
  { kind, name, id }: About,
  stored: JsonObject | null,
  applied: JsonObject,
  after: JsonObject,
  addRisk: Risk,
): Pick<Change, "before" | "fields" | "risk"> & { readonly drift: readonly Drift[] } {
  if (stored === null) {
    const missing = drift({ class: "missing", kind, name, id, disposition: "report" });
    return { before: null, fields: [], risk: addRisk, drift: [missing] };
  }
  const fields = compareSpecs(kind, stored, after);
  const altered = sameSpec(stored, applied)
    ? []
    : [drift({ class: "altered", kind, name, id, disposition: "report" })];
  return { before: stored, fields, risk: overallRisk(fields), drift: altered };
}
