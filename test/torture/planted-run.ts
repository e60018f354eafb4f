/** Looks for a planted bug as for any other. */
import { rmSync } from "node:fs";
import { chooseCases } from "./choose.js";
import type { Fixtures } from "./fixture.js";
import { explore } from "./ground.js";
import type { Planted } from "./planted.js";
import { runCases } from "./campaign.js";
import { loadScenario } from "./scenarios.js";

const ENOUGH = 40;

/** The first rule that it was seen to break; null when it went through. */
export async function isCaught(
  fixtures: Fixtures,
  bug: Planted,
  hasStrace: boolean,
  atOnce: number,
): Promise<string | null> {
  const ground = await explore(
    fixtures,
    await loadScenario(bug.scenario),
    hasStrace,
    bug.name,
  ).catch((error: unknown) => String(error));
  // It shows without any fault.
  if (typeof ground === "string") return ground.split("\n")[0] ?? ground;
  const none = { kills: 0, errors: 0, powerCuts: 0 };
  const cases = chooseCases(ground, { ...none, [bug.shows]: ENOUGH }, bug.name);
  const grounds = new Map([[bug.scenario, ground]]);
  // A few at a time: most are caught soon.
  for (let from = 0; from < cases.length; from += 4) {
    const some = cases.slice(from, from + 4);
    const outcomes = await runCases(fixtures, grounds, some, { atOnce, report: () => {} });
    for (const { folder } of outcomes) rmSync(folder, { recursive: true, force: true });
    const [rule] = outcomes.flatMap(({ broken }) => broken);
    if (rule !== undefined) return rule.split("\n")[0] ?? rule;
  }
  return null;
}
