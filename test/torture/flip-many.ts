/** Flips many bits, and counts which were noticed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flip, type FlipResult } from "./bit-flips.js";
import { Dice } from "./dice.js";
import { FLIPPABLE } from "./flippable.js";

export interface Flips {
  readonly name: string;
  readonly counts: Readonly<Partial<Record<FlipResult, number>>>;
  /** What was not noticed, or ended in a crash. */
  readonly unnoticed: readonly string[];
}

/** `amount` of them in each kind of file. */
export function flipMany(seed: string, amount: number): readonly Flips[] {
  const root = mkdtempSync(join(tmpdir(), "concordat-flips-"));
  try {
    return FLIPPABLE.map((target) => {
      const dice = new Dice(`${seed} ${target.name}`);
      const untouched = join(root, "untouched");
      target.prepare(untouched);
      // Otherwise everything would seem to be noticed.
      target.ask(untouched);
      rmSync(untouched, { recursive: true });
      const flips = Array.from({ length: amount }, () => {
        const folder = join(root, "flipped");
        const done = flip(target, folder, dice);
        rmSync(folder, { recursive: true });
        return done;
      });
      const groups = Object.groupBy(flips, ({ result }) => result);
      const counts = Object.fromEntries(
        Object.entries(groups).map(([result, each]) => [result, each.length]),
      );
      const unnoticed = [...(groups.unnoticed ?? []), ...(groups.crashed ?? [])].map(
        ({ byte, bit, result, detail }) => `${result}: bit ${bit} of byte ${byte}: ${detail}`,
      );
      return { name: target.name, counts, unnoticed };
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
