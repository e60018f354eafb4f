/** Rows for the path of a change, over real git repositories and real SQLite files. */
import { randomBytes } from "node:crypto";
import { applyChange, planChange, type PlannedChange } from "../src/reconcile.js";
import { keyOf, LIMITS, NOW, repository, treatyPath, treatyYaml, type Fixture } from "./fixture.js";
import { milliseconds, type Row } from "./row.js";

async function plan(fixture: Fixture): Promise<PlannedChange> {
  return await planChange({
    repo: fixture.dir,
    ref: null,
    db: fixture.db,
    limits: LIMITS,
    now: NOW,
    version: "bench",
  });
}

async function apply(change: PlannedChange): Promise<void> {
  const { applied } = await applyChange(change, {
    key: keyOf("authority"),
    expect: null,
    now: NOW,
    random: randomBytes,
    holder: "bench",
  });
  if (applied === null) throw new Error("nothing was applied");
}

function rows(count: number): readonly Row[] {
  const size = `${count / 1_000}k`;
  return [
    {
      name: `cold plan, ${size} treaties`,
      measure: async () => {
        const fixture = repository(count);
        return { value: await milliseconds(() => plan(fixture)), unit: "ms" };
      },
    },
    {
      name: `apply of ${size} new treaties`,
      measure: async () => {
        const change = await plan(repository(count));
        return { value: await milliseconds(() => apply(change)), unit: "ms" };
      },
    },
    {
      name: `unchanged plan, ${size} treaties`,
      measure: async () => {
        const fixture = repository(count);
        let first: PlannedChange | undefined;
        const cold = await milliseconds(async () => (first = await plan(fixture)));
        if (first !== undefined) await apply(first);
        const value = await milliseconds(() => plan(fixture));
        return { value, unit: "ms", ratio: { of: "cold plan", value: value / cold } };
      },
    },
    {
      name: `plan of 1 change in ${size} treaties`,
      measure: async () => {
        const fixture = repository(count);
        let first: PlannedChange | undefined;
        const cold = await milliseconds(async () => (first = await plan(fixture)));
        if (first !== undefined) await apply(first);
        fixture.write(treatyPath(7), treatyYaml(7, "role:bridge"));
        fixture.commit("bench: one change");
        const value = await milliseconds(() => plan(fixture));
        return { value, unit: "ms", ratio: { of: "cold plan", value: value / cold } };
      },
    },
  ];
}

export const pipeline: readonly Row[] = [...rows(1_000), ...rows(10_000)];
