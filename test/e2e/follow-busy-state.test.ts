import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { follow } from "../helpers/followed.js";
import { TrustRepository } from "../helpers/trust-repository.js";

test("a refusal that another program's write kept out of the audit is found again", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  await followed.pass();
  const commit = repository.commit({ "bad.yaml": "kind: Nonsense\n" });
  const other = new Database(repository.db);
  other.exec("BEGIN IMMEDIATE");
  const busy = await followed.pass();
  expect(busy).toMatchObject({ outcome: "failed", reason: "StateFailed" });
  expect(await followed.condition("Ready")).toMatchObject({
    status: "False",
    reason: "StateFailed",
  });
  expect((await followed.status()).runs[0]).toEqual(busy);
  other.exec("ROLLBACK");
  other.close();
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", commit });
  expect((await followed.condition("Ready")).reason).toBe("ValidationFailed");
  expect(followed.audit("reconcile_refused")).toMatchObject([{ details: { commit } }]);
});

test("what another program writes during a pass is looked at by the next one", async () => {
  let write = (): void => {};
  const followed = await follow(new TrustRepository(), {
    ports: {
      observe: (event) => (event.type === "phase" && event.phase === "gate" ? write() : undefined),
    },
  });
  await followed.pass();
  write = () => followed.outOfBand("UPDATE concordat_operator_keys SET holder = 'somebody else'");
  expect((await followed.pass()).outcome).toBe("no_changes");
  write = () => {};
  await followed.pass();
  expect(followed.audit("drift_detected")).toHaveLength(1);
});
