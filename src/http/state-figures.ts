/** The figures of the state that /metrics shows. */
import type { LifecycleState } from "../protocol/lifecycle.js";
import type { StateFigures } from "./metrics.js";
import type { ReadModel } from "./read-model.js";

/** Null while there is no state to speak of: a scrape must never fail because of it. */
export function stateFigures(model: ReadModel): StateFigures | null {
  const view = model.latest();
  if (view === null) return null;
  const treaties: Record<LifecycleState, number> = {
    active: 0,
    expiring_soon: 0,
    expired: 0,
    revoked: 0,
    replaced: 0,
  };
  for (const edge of view.connectome.graph.edges) treaties[edge.lifecycleState] += 1;
  return { generation: view.generation.number, treaties, current: model.fault === null };
}
