import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { follow, type Followed } from "../helpers/followed.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

async function manyTreaties(): Promise<{ repository: TrustRepository; followed: Followed }> {
  const names = ["a", "b", "c", "d", "e"];
  const treaties = names.map((name) => [
    `treaties/${name}.yaml`,
    treatyYaml("globex").replace("name: globex", `name: ${name}`),
  ]);
  const repository = new TrustRepository(Object.fromEntries(treaties) as Record<string, string>);
  const followed = await follow(repository);
  await followed.pass();
  await followed.pass();
  for (const name of names) rmSync(join(repository.dir, `treaties/${name}.yaml`));
  repository.commit({});
  return { repository, followed };
}

test("a plan over a limit stalls until somebody lets exactly that through", async () => {
  const { followed } = await manyTreaties();
  expect(await followed.pass()).toMatchObject({
    outcome: "stalled",
    reason: "ThresholdExceeded",
    changes: 5,
  });
  expect(followed.snapshot.treaties.filter(({ status }) => status === "active")).toHaveLength(5);
  const request = { by: "ana@desk", allowLostPaths: null };
  expect(await followed.controller.reconcile({ ...request, allowRemovals: 4 })).toMatchObject({
    outcome: "stalled",
  });
  expect(await followed.controller.reconcile({ ...request, allowRemovals: 5 })).toMatchObject({
    outcome: "applied",
  });
  expect(followed.snapshot.treaties.filter(({ status }) => status === "active")).toEqual([]);
  expect(followed.audit("plan_applied").at(-1)).toMatchObject({
    details: { allow_removals: 5, requested_by: "ana@desk" },
  });
});

test("what was let through once is not let through again", async () => {
  const { repository, followed } = await manyTreaties();
  const request = { by: "ana@desk", allowRemovals: 5, allowLostPaths: null };
  await followed.controller.reconcile(request);
  await followed.pass();
  const again = ["f", "g", "h", "i"];
  repository.commit(
    Object.fromEntries(
      again.map((name) => [
        `treaties/${name}.yaml`,
        treatyYaml("initech").replace("name: initech", `name: ${name}`),
      ]),
    ),
  );
  await followed.pass();
  for (const name of again) rmSync(join(repository.dir, `treaties/${name}.yaml`));
  repository.commit({});
  expect((await followed.pass()).outcome).toBe("stalled");
});
