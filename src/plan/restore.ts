/** A record that somebody changed outside git: put back, unless that would give trust that was taken away. */
import type { JsonObject } from "../model/json.js";
import type { Change, Drift } from "../model/plan.js";
import { canonicalJson } from "../protocol/canonical.js";
import { change } from "./change.js";
import type { PlanContext } from "./context.js";
import { drift } from "./drift.js";
import { compareSpecs, overallRisk } from "./risk.js";

/**
 * Compares what the state holds with what was applied; null when they agree. With `selfHeal: deny-only` only what does not
 * widen is put back: an out-of-band grant is undone, an out-of-band removal is reported (design.md 4.1).
 */
export function restore(
  context: PlanContext,
  about: Pick<Change, "kind" | "name" | "id" | "source">,
  stored: JsonObject | null,
  applied: JsonObject,
): { readonly drift: Drift; readonly change: Change | null } | null {
  if (stored !== null && canonicalJson(stored) === canonicalJson(applied)) return null;
  const { kind, name, id } = about;
  const fields = stored === null ? [] : compareSpecs(kind, stored, applied);
  const risk = stored === null ? "widens" : overallRisk(fields);
  const { selfHeal } = context.policy;
  const puts = selfHeal === "on" || (selfHeal === "deny-only" && risk !== "widens");
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
