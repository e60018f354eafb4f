import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SafetyPolicySpec } from "../../src/model/resources.js";
import { fromInstant, plusSeconds, toOffsetForm } from "../../src/protocol/instant.js";
import { documentJson } from "../../src/protocol/documents.js";
import { follow, type Followed } from "../helpers/followed.js";
import { treaty } from "../helpers/state.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

type SelfHeal = NonNullable<SafetyPolicySpec["selfHeal"]>;
type Unmanaged = NonNullable<SafetyPolicySpec["unmanaged"]>;

/** A controller that has settled on one treaty under the policy. */
async function settled(selfHeal: SelfHeal, unmanaged: Unmanaged = "report"): Promise<Followed> {
  const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const authority = readFileSync(`${repository.dir}/authority.yaml`, "utf8");
  repository.commit({
    "authority.yaml": `${authority}  policy: { selfHeal: "${selfHeal}", unmanaged: ${unmanaged} }\n`,
  });
  const followed = await follow(repository);
  await followed.pass();
  await followed.pass();
  return followed;
}

function insertTreaty(followed: Followed, signer: "authority" | "intruder"): void {
  const issued = fromInstant(followed.clock.now());
  const expires = fromInstant(plusSeconds(followed.clock.now(), 86_400));
  const times = { issued_at: issued, valid_from: issued, expires_at: expires };
  const document = treaty(
    "stranger",
    { issuer_sovereign_id: "ACME", subject_sovereign_id: "INITECH", ...times },
    signer,
  );
  followed.outOfBand(
    `INSERT INTO recognition_treaties (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json,
       issued_at, valid_from, expires_at) VALUES ('stranger', 'ACME', 'INITECH', 'active', ?, ?, ?, ?)`,
    documentJson(document),
    toOffsetForm(issued),
    toOffsetForm(issued),
    toOffsetForm(expires),
  );
}

const HANDS: Readonly<Record<string, (followed: Followed) => void>> = {
  missing: (followed) => followed.outOfBand("DELETE FROM recognition_treaties"),
  altered: (followed) =>
    followed.outOfBand("UPDATE recognition_treaties SET subject_sovereign_id = 'INITECH'"),
  revoked_out_of_band: (followed) =>
    followed.outOfBand(
      "UPDATE recognition_treaties SET status = 'revoked', revoked_at = '2026-11-23T00:00:00+00:00'",
    ),
  suspended: (followed) =>
    followed.outOfBand("UPDATE recognition_treaties SET status = 'suspended'"),
  unmanaged: (followed) => insertTreaty(followed, "authority"),
  unknown_key: (followed) => insertTreaty(followed, "intruder"),
};

/** What the next pass does: null reports it, and leaves it to people. */
const TABLE: readonly (readonly [found: string, policy: SelfHeal, done: string | null])[] = [
  ["missing", "off", null],
  ["missing", "deny-only", null],
  ["missing", "on", "reissued"],
  ["altered", "off", null],
  ["altered", "deny-only", "replaced"],
  ["altered", "on", "replaced"],
  ["revoked_out_of_band", "off", "kept"],
  ["revoked_out_of_band", "deny-only", "kept"],
  ["revoked_out_of_band", "on", "kept"],
  ["suspended", "off", null],
  ["suspended", "deny-only", null],
  ["suspended", "on", null],
  ["unknown_key", "off", null],
  ["unknown_key", "deny-only", "revoked"],
  ["unknown_key", "on", "revoked"],
  ["unmanaged", "off", null],
  ["unmanaged", "deny-only", null],
  ["unmanaged", "on", null],
];

test.each(TABLE)("%s under selfHeal %s: %s", async (found, selfHeal, done) => {
  const followed = await settled(selfHeal);
  HANDS[found]?.(followed);
  await followed.pass();
  expect(followed.audit("drift_detected")).toMatchObject([{ details: { class: found } }]);
  const resolved = done === null ? [] : [{ details: { class: found, resolution: done } }];
  expect(followed.audit("drift_resolved")).toMatchObject(resolved);
  expect((await followed.status()).drift).toMatchObject(done === null ? [{ class: found }] : []);
  expect((await followed.condition("Drifted")).status).toBe(done === null ? "True" : "False");
  // Seen again, it is not told again.
  followed.clock.pass(3_600);
  await followed.pass();
  await followed.pass();
  expect(followed.audit("drift_detected")).toHaveLength(1);
  expect(followed.audit("drift_resolved")).toHaveLength(resolved.length);
});

test.each([
  ["report", null],
  ["revoke", "revoked"],
] as const)("an unmanaged treaty under unmanaged %s: %s", async (unmanaged, done) => {
  const followed = await settled("deny-only", unmanaged);
  insertTreaty(followed, "authority");
  await followed.pass();
  expect(followed.audit("drift_detected")).toMatchObject([{ details: { class: "unmanaged" } }]);
  const row = followed.writer.treaty("stranger");
  expect(row?.status).toBe(done === null ? "active" : "revoked");
});

test("drift that goes away by itself ends in the audit as well", async () => {
  const followed = await settled("off");
  insertTreaty(followed, "intruder");
  await followed.pass();
  expect(await followed.condition("Drifted")).toMatchObject({ status: "True" });
  followed.outOfBand("DELETE FROM recognition_treaties WHERE treaty_id = 'stranger'");
  await followed.pass();
  expect(await followed.condition("Drifted")).toMatchObject({ status: "False" });
  expect(followed.audit("drift_resolved")).toMatchObject([
    { details: { class: "unknown_key", id: "stranger", resolution: "ended" } },
  ]);
});

test("a revocation made outside git is never undone, whatever is committed after it", async () => {
  const followed = await settled("on");
  HANDS["revoked_out_of_band"]?.(followed);
  await followed.pass();
  await followed.pass();
  expect(followed.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
});
