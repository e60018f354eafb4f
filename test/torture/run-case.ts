/** Does one thing to one worker, and checks what is left. */
import { readFileSync } from "node:fs";
import type { Acknowledged } from "./acknowledgement.js";
import { check } from "./check.js";
import { Dice } from "./dice.js";
import { Disk } from "./disk.js";
import type { Case, Fault } from "./fault.js";
import type { Fixtures } from "./fixture.js";
import type { Ground } from "./ground.js";
import { runWorker, type Ending } from "./run-worker.js";
import { failingAt, killingAt } from "./strace.js";

export interface Outcome {
  readonly case: Case;
  readonly folder: string;
  /** The fault has come to pass: a boundary may lie beyond the end of a run that differs a little. */
  readonly hit: boolean;
  /** Rules that were broken. */
  readonly broken: readonly string[];
}

export async function runCase(fixtures: Fixtures, ground: Ground, each: Case): Promise<Outcome> {
  const { fault } = each;
  const { folder, hit, acknowledged } =
    fault.kind === "power cut"
      ? cutPower(fixtures, ground, fault)
      : await disturb(fixtures, ground, fault);
  return { case: each, folder, hit, broken: await check(ground.scenario, folder, acknowledged) };
}

interface Left {
  readonly folder: string;
  readonly hit: boolean;
  readonly acknowledged: Acknowledged;
}

function cutPower(
  fixtures: Fixtures,
  { original, recorded, calls }: Ground,
  { after, survival, seed }: Extract<Fault, { kind: "power cut" }>,
): Left {
  const disk = new Disk(original, recorded);
  for (const call of calls.slice(0, after)) disk.replay(call);
  const folder = fixtures.empty();
  disk.after(survival, new Dice(`${seed} ${after}`), folder);
  return { folder, hit: true, acknowledged: disk.acknowledged };
}

async function disturb(
  fixtures: Fixtures,
  { scenario, variant }: Ground,
  fault: Exclude<Fault, { kind: "power cut" }>,
): Promise<Left> {
  const folder = await fixtures.copy(scenario);
  const orders = { scenario: scenario.name, variant, folder };
  switch (fault.kind) {
    case "failpoint": {
      const first = await runWorker({ ...orders, failpoint: fault.at });
      return { folder, ...(await again(orders, first, fault.again)) };
    }
    case "syscall": {
      const first = await runWorker({ ...orders, traced: killingAt(fault.at) });
      return { folder, ...(await again(orders, first, fault.again)) };
    }
    case "EIO":
    case "ENOSPC": {
      const trace = `${folder}.errors`;
      const traced = failingAt(fault.at, fault.kind, fault.forever, trace);
      const { acknowledged } = await runWorker({ ...orders, traced });
      return { folder, hit: readFileSync(trace, "latin1").includes("(INJECTED)"), acknowledged };
    }
  }
}

/** Kills the one who restarts too. Both have acknowledged what must not be lost. */
async function again(
  orders: { readonly scenario: string; readonly variant: string; readonly folder: string },
  first: Ending,
  failpoint: number | null,
): Promise<Omit<Left, "folder">> {
  const hit = first.signal === "SIGKILL";
  if (failpoint === null) return { hit, acknowledged: first.acknowledged };
  const second = await runWorker({ ...orders, failpoint });
  const { operation, heads } = second.acknowledged;
  return {
    hit: hit && second.signal === "SIGKILL",
    acknowledged: {
      operation: Math.max(operation, first.acknowledged.operation),
      heads: [...first.acknowledged.heads, ...heads],
      processes: 2,
    },
  };
}
