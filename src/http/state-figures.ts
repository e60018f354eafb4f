/** The figures of the state that /metrics shows. */
import type { StateFigures } from "./metrics.js";
import type { ReadModel } from "./read-model.js";

/** Of what is being served; null while there is nothing. A scrape never fails or waits because of it. */
export function stateFigures(model: ReadModel): StateFigures | null {
  const view = model.latest();
  if (view === null) return null;
  return {
    generation: view.generation.number,
    treaties: view.counts(),
    importedRevocations: view.generation.importedRevocations.length,
    current: model.fault === null,
    verified: view.unverified.length === 0,
  };
}
