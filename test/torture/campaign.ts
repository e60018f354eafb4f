/** Runs many cases, some at a time, and counts what came of them. */
import { rmSync } from "node:fs";
import { chooseCases, withoutTwins } from "./choose.js";
import { Dice } from "./dice.js";
import type { Case, Injector } from "./fault.js";
import type { Fixtures } from "./fixture.js";
import type { Ground } from "./ground.js";
import { runCase, type Outcome } from "./run-case.js";

export interface Count {
  readonly scenario: string;
  readonly injector: Injector;
  /** Faults that have come to pass. */
  readonly hits: number;
  /** Faults that came too late: the work was over. */
  readonly missed: number;
  readonly broken: number;
}

export interface CampaignOptions {
  /** Kills that must come to pass, in all scenarios together. */
  readonly points: number;
  /** For each scenario. */
  readonly errors: number;
  readonly powerCuts: number;
  readonly seed: string;
}

interface RunOptions {
  readonly atOnce: number;
  /** Called after each case. */
  readonly report: (outcome: Outcome) => void;
}

/** So often cases are drawn: a process may come to its end before the point at which it was to be killed. */
const ROUNDS = 10;

/** Draws cases of all grounds from the seed, and runs them, until so many kills have come to pass. */
export async function runCampaign(
  fixtures: Fixtures,
  grounds: ReadonlyMap<string, Ground>,
  { points, errors, powerCuts, seed }: CampaignOptions,
  options: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = 1; killsIn(outcomes) < points && round <= ROUNDS; round += 1) {
    const kills = Math.ceil((points - killsIn(outcomes)) / grounds.size);
    const amounts = round === 1 ? { kills, errors, powerCuts } : { kills, errors: 0, powerCuts: 0 };
    const cases = [...grounds.values()].flatMap((ground) =>
      chooseCases(ground, amounts, `${seed}-${round}`),
    );
    // Mixed, so that a count of them is a fair one at any time.
    const mixed = new Dice(seed).shuffled(withoutTwins(cases));
    outcomes.push(...(await runCases(fixtures, grounds, mixed, options)));
  }
  return outcomes;
}

/** The folder of a case that broke a rule stays. */
export async function runCases(
  fixtures: Fixtures,
  grounds: ReadonlyMap<string, Ground>,
  cases: readonly Case[],
  { atOnce, report }: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = cases.values();
  const work = async (): Promise<void> => {
    for (const each of waiting) {
      const ground = grounds.get(each.scenario);
      if (ground === undefined) throw new Error(`no scenario ${each.scenario}`);
      const outcome = await runCase(fixtures, ground, each);
      if (outcome.broken.length === 0) rmSync(outcome.folder, { recursive: true, force: true });
      outcomes.push(outcome);
      report(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

export function countsOf(outcomes: readonly Outcome[]): readonly Count[] {
  const groups = Map.groupBy(
    outcomes,
    ({ case: { scenario, fault } }) => `${scenario}/${fault.kind}`,
  );
  const sorted = [...groups].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return sorted.flatMap(([, group]): Count[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { scenario, fault } = first.case;
    const hits = group.filter(({ hit }) => hit).length;
    const broken = group.filter((outcome) => outcome.broken.length > 0).length;
    return [{ scenario, injector: fault.kind, hits, missed: group.length - hits, broken }];
  });
}

/** Kill points that were hit, of both kinds. */
export function killsIn(outcomes: readonly Outcome[]): number {
  return outcomes.filter(
    ({ hit, case: { fault } }) => hit && (fault.kind === "failpoint" || fault.kind === "syscall"),
  ).length;
}
