/** Runs many cases, some at a time, and counts what came of them. */
import { rmSync } from "node:fs";
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

/** Calls `report` after each case. The folder of a case that broke a rule stays. */
export async function runCases(
  fixtures: Fixtures,
  grounds: ReadonlyMap<string, Ground>,
  cases: readonly Case[],
  { atOnce, report }: { readonly atOnce: number; readonly report: (outcome: Outcome) => void },
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
