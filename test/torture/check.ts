/** What must hold after every fault: nothing acknowledged is lost, change and entry go together, and the work goes on by itself. */
import type { Acknowledged } from "./acknowledgement.js";
import { faultsOfLog } from "./check-log.js";
import { escrowOf, writing } from "./place.js";
import type { Scenario, Survey } from "./scenario.js";

/** The rules that were broken; none when all hold. */
export async function check(
  scenario: Scenario,
  folder: string,
  acknowledged: Acknowledged,
): Promise<readonly string[]> {
  try {
    await scenario.recover?.(folder);
    const left = survey(scenario, folder, acknowledged);
    const broken = [...judge(left, acknowledged), ...left.faults];
    // Restart needs no person: the same work goes on where it ended, and comes to its end.
    await scenario.work(folder, () => {});
    const whole = survey(scenario, folder, acknowledged);
    return [
      ...broken,
      ...judge(whole, { ...acknowledged, operation: scenario.operations }),
      ...whole.faults,
    ];
  } catch (error) {
    return [`restart failed: ${error instanceof Error ? (error.stack ?? error.message) : "?"}`];
  }
}

function survey(scenario: Scenario, folder: string, acknowledged: Acknowledged): Survey {
  return writing(folder, (state) => {
    const found = scenario.survey(folder, state);
    const faults = faultsOfLog(state, escrowOf(folder), acknowledged);
    return { ...found, faults: [...found.faults, ...faults] };
  });
}

function judge(
  { changed, logged }: Survey,
  { operation: acknowledged, processes }: Acknowledged,
): readonly string[] {
  const broken: string[] = [];
  for (let number = 1; number <= acknowledged; number += 1)
    if (!changed.includes(number)) broken.push(`operation ${number} was acknowledged, and is lost`);
  for (const number of changed)
    if (!logged.includes(number)) broken.push(`operation ${number} has no entry`);
  for (const number of logged)
    if (!changed.includes(number)) broken.push(`the entry of operation ${number} has no change`);
  const beyond = changed.filter((number) => number > acknowledged);
  if (beyond.length > processes)
    broken.push(`operations ${beyond.join()} stand, and none was acknowledged`);
  return broken;
}
