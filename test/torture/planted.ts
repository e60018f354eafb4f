/** Bugs put into the work on purpose: a harness that does not catch them would not catch others. */
import type { Scenario } from "./scenario.js";

type Work = Scenario["work"];

const VARIANTS: Readonly<Record<string, (scenario: Scenario) => Promise<Work>>> = {};

export async function loadVariant(name: string, scenario: Scenario): Promise<Work> {
  const load = VARIANTS[name];
  if (load === undefined) throw new Error(`no variant ${name}`);
  return await load(scenario);
}
