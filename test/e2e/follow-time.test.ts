import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { secondsBetween } from "../../src/protocol/instant.js";
import { follow } from "../helpers/followed.js";
import { TrustRepository } from "../helpers/trust-repository.js";

const DAY = 86_400;

function treaty(more: string): string {
  return [
    "apiVersion: concordat/v1",
    "kind: RecognitionTreaty",
    "metadata: { name: globex }",
    "spec:",
    "  subject: globex",
    '  scope: { allowedRoles: ["role:client"] }',
    more,
    "",
  ].join("\n");
}

test("a renewal happens when it is due, without a new commit", async () => {
  const yaml = treaty("  validity: { for: 30d }\n  renewal: { before: 3d }");
  const followed = await follow(new TrustRepository({ "treaties/globex.yaml": yaml }));
  await followed.pass();
  await followed.pass();
  const [first] = followed.snapshot.treaties;
  followed.clock.pass(27 * DAY - 61);
  await followed.pass();
  expect(followed.snapshot.treaties).toHaveLength(1);
  expect(followed.controller.schedule().trigger).toBe("interval");
  followed.clock.pass(30);
  await followed.pass();
  const next = followed.controller.schedule();
  expect(next.trigger).toBe("due");
  followed.clock.pass(31);
  // Time left is counted in whole seconds.
  expect(secondsBetween(next.at, followed.clock.now())).toBe(0);
  expect(await followed.pass()).toMatchObject({ outcome: "applied", changes: 1 });
  expect(followed.snapshot.treaties).toHaveLength(2);
  const old = followed.snapshot.treaties.find(({ id }) => id === first?.id);
  expect(old).toMatchObject({ status: "revoked" });
  expect(old?.reason).toMatch(/^renewed_by:/);
});

test("what ends unrenewed is listed from 30 days before, and is drift from its end on", async () => {
  const yaml = treaty("  validity: { for: 60d }");
  const followed = await follow(new TrustRepository({ "treaties/globex.yaml": yaml }));
  await followed.pass();
  await followed.pass();
  expect((await followed.status()).lapsing).toEqual([]);
  followed.clock.pass(30 * DAY);
  await followed.pass();
  expect((await followed.status()).lapsing).toMatchObject([{ name: "globex", renews: false }]);
  followed.clock.pass(30 * DAY + 1);
  await followed.pass();
  expect(await followed.condition("Drifted")).toMatchObject({ status: "True" });
  expect((await followed.status()).drift).toMatchObject([{ class: "expired", name: "globex" }]);
  expect(followed.audit("drift_detected")).toMatchObject([{ details: { class: "expired" } }]);
});

test("a freeze window opens and closes by itself: grants wait for its end", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  const authority = readFileSync(`${repository.dir}/authority.yaml`, "utf8");
  const freeze = [
    "  policy:",
    "    freeze:",
    '      - { from: "2026-11-24T00:00:00Z", until: "2026-11-25T00:00:00Z", reason: "year end" }',
    "",
  ].join("\n");
  repository.commit({ "authority.yaml": authority + freeze });
  await followed.pass();
  await followed.pass();
  expect(await followed.condition("Frozen")).toMatchObject({ status: "False" });
  followed.clock.pass(DAY);
  repository.commit({ "treaties/globex.yaml": treaty("  validity: { for: 30d }") });
  await followed.pass();
  expect(await followed.condition("Frozen")).toMatchObject({
    status: "True",
    reason: "FreezeWindow",
  });
  expect(followed.snapshot.treaties).toEqual([]);
  followed.clock.pass(DAY);
  expect(await followed.pass()).toMatchObject({ outcome: "applied" });
  expect(await followed.condition("Frozen")).toMatchObject({ status: "False" });
  expect(followed.snapshot.treaties).toHaveLength(1);
});
