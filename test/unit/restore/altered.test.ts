/** A state that somebody has altered with another program is restored all the same, and gains nothing by it. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Desired } from "../../../src/model/desired.js";
import {
  attestation,
  desired,
  feed,
  operatorKey,
  recognitionPolicy,
  revocation,
  signedFeed,
} from "../../helpers/desired.js";
import { TRUST } from "../../helpers/backup.js";
import { reconcile, Restorable } from "../../helpers/restored.js";
import { withPlainDatabase } from "../../helpers/state.js";

const OPERATOR_KEYS = [operatorKey("operator-root"), operatorKey("second")];
const policy = recognitionPolicy();
const BEFORE = desired({ ...TRUST, operatorKeys: OPERATOR_KEYS, policy });
/** A member leaves, a feed comes in, and a key is lost to somebody else. */
const SINCE: Desired = desired({
  ...TRUST,
  policy,
  operatorKeys: [operatorKey("operator-root"), operatorKey("second", { state: "compromised" })],
  attestations: [attestation("sam"), attestation("kim")],
  revocations: [
    revocation("sam", { targetKind: "MembershipAttestation", targetName: "sam", reason: "left" }),
  ],
  feeds: [...TRUST.feeds, feed("globex-8", signedFeed("globex", 8, ["gone", "left"]))],
});

let state: Restorable;
beforeEach(() => {
  state = new Restorable();
  const { world } = state;
  world.apply(BEFORE);
  world.back();
  world.pass(60);
  world.apply(SINCE);
  world.pass(60);
  state.sign();
});

function alter(sql: string): void {
  withPlainDatabase(state.world.db, (database) => database.exec(sql));
}

const TEXTS = [
  "recognition_treaties.treaty_json",
  "membership_attestations.attestation_json",
  "membership_attestations.roles_json",
  "sovereign_revocation_feeds.feed_json",
  "concordat_published_feeds.feed_json",
  "concordat_inventory.spec_json",
  "concordat_sovereigns.public_keys_json",
  "concordat_authority.genesis_json",
  "concordat_authority.policy_json",
  "recognition_policies.policy_json",
];

describe.each(["{", "", "null", "[1]", '"\\ud800"'])("with %o where JSON should be", (text) => {
  test.each(TEXTS)("in %s", async (place) => {
    const [table = "", column = ""] = place.split(".");
    alter(`UPDATE ${table} SET ${column} = '${text}'`);
    try {
      await state.restore();
    } catch (error) {
      // What cannot be read takes nothing along, and the escrow knows of more than the backup.
      expect(error).toMatchObject({ code: "restore_refused", details: { reason: "log_lost" } });
      return;
    }
    const { attestations } = state.snapshot();
    expect(
      attestations.map(({ subjectId, status }) => `${subjectId} ${status}`).toSorted(),
    ).toEqual(["subject-kim revoked", "subject-sam revoked"]);
  });
});

test("the log proves that a key was revoked whose row is gone", async () => {
  alter("DELETE FROM revoked_operator_keys; UPDATE concordat_operator_keys SET state = 'active'");
  await state.restore();
  const { revokedKeys } = state.snapshot();
  expect(revokedKeys.map(({ keyId, reason }) => [keyId, reason])).toEqual([
    ["second", "revoked_before_restore"],
  ]);
});

test("an imported feed proves what it has revoked", async () => {
  const before = state.snapshot().importedRevocations.map((row) => row.attestationId);
  alter("DELETE FROM imported_sovereign_revocations");
  await state.restore();
  const after = state.snapshot().importedRevocations;
  expect(after.map((row) => row.attestationId)).toEqual(before);
});

test("git puts the rest right in one pass", async () => {
  alter("DELETE FROM concordat_inventory WHERE kind = 'OperatorKey'");
  await state.restore();
  const after = reconcile(state, SINCE);
  expect(reconcile(state, SINCE).generation).toBe(after.generation);
});
