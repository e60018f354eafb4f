/** Draws the cases of a run: for every scenario as many of each kind as were asked for, and never one twice. */
import { Dice } from "./dice.js";
import type { Survival } from "./disk-file.js";
import { nameOf, type Case, type Fault } from "./fault.js";
import type { Ground } from "./ground.js";
import type { DiskError } from "./strace.js";

/** So many for each scenario. */
export interface Amounts {
  readonly kills: number;
  readonly errors: number;
  readonly powerCuts: number;
}

const ERRORS: readonly DiskError[] = ["EIO", "ENOSPC"];
/** What was not synced may be lost; that is where bugs show. */
const SURVIVALS: readonly Survival[] = ["synced", "some", "some", "all"];
const FAILING = ["write", "pwrite64", "fsync", "fdatasync", "ftruncate"];

export function chooseCases(ground: Ground, amounts: Amounts, seed: string): readonly Case[] {
  const dice = new Dice(`${seed} ${ground.scenario.name}`);
  const faults = [
    ...kills(ground, amounts.kills, dice),
    ...errors(ground, amounts.errors, dice),
    ...powerCuts(ground, amounts.powerCuts, seed, dice),
  ];
  return faults.map((fault) => ({ scenario: ground.scenario.name, fault }));
}

/** Half of them in the portable build. When every boundary was met once, the one who restarts is killed too. */
function kills({ failpoints, boundaries }: Ground, amount: number, dice: Dice): readonly Fault[] {
  const portable = failpoints.map((_, index): Fault => {
    return { kind: "failpoint", at: index + 1, again: null };
  });
  const traced = boundaries.map((at): Fault => ({ kind: "syscall", at, again: null }));
  const half = traced.length === 0 ? amount : Math.ceil(amount / 2);
  const chosen = [
    ...dice.shuffled(portable).slice(0, half),
    ...dice.shuffled(traced).slice(0, amount - half),
  ];
  const twice = Array.from({ length: amount - chosen.length }, (_, index): Fault => {
    const again = 1 + dice.below(failpoints.length);
    return index % 2 === 0 || boundaries.length === 0
      ? { kind: "failpoint", at: 1 + dice.below(failpoints.length), again }
      : { kind: "syscall", at: dice.pick(boundaries), again };
  });
  return [...chosen, ...twice];
}

function errors({ boundaries }: Ground, amount: number, dice: Dice): readonly Fault[] {
  const all = boundaries
    .filter(({ call }) => FAILING.includes(call))
    .flatMap((at) =>
      ERRORS.flatMap((kind) => [true, false].map((forever): Fault => ({ kind, at, forever }))),
    );
  return dice.shuffled(all).slice(0, amount);
}

function powerCuts({ calls }: Ground, amount: number, seed: string, dice: Dice): readonly Fault[] {
  if (calls.length === 0) return [];
  // The moment at which most is promised and least is on the disk.
  const promises = calls.flatMap((call, index): Fault[] => {
    const [, data] = call.args;
    const isPromise = data?.kind === "bytes" && data.bytes.toString("latin1", 0, 4) === "ack ";
    return isPromise ? [{ kind: "power cut", after: index + 1, survival: "synced", seed }] : [];
  });
  const others = Array.from({ length: amount }, (_, index): Fault => {
    const after = 1 + dice.below(calls.length);
    return { kind: "power cut", after, survival: dice.pick(SURVIVALS), seed: `${seed}-${index}` };
  });
  return [...promises, ...others].slice(0, amount);
}

/** Two draws may meet. */
export function withoutTwins(cases: readonly Case[]): readonly Case[] {
  return [...new Map(cases.map((each) => [nameOf(each), each])).values()];
}
