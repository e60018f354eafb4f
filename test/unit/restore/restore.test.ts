/** A restored state trusts what the backup trusts, but for what was taken away since; and its log goes on. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { verifyBackup } from "../../../src/backup/verify.js";
import type { AppError } from "../../../src/errors.js";
import { readEscrow } from "../../../src/state/log/escrow.js";
import { openState } from "../../../src/state/open.js";
import {
  attestation,
  desired,
  feed,
  revocation,
  signedFeed,
  treaty,
} from "../../helpers/desired.js";
import { TRUST } from "../../helpers/backup.js";
import { expectRefused, OPERATOR, reconcile, Restorable } from "../../helpers/restored.js";
import { contentsOf, withPlainDatabase } from "../../helpers/state.js";

/** After the backup: one treaty is revoked and one issued, a member joins, and a feed comes in. */
const SINCE = desired({
  treaties: [
    treaty("globex", "globex"),
    treaty("initech", "initech"),
    treaty("umbrella", "initech", { allowedRoles: ["role:anchor"] }),
  ],
  attestations: [attestation("sam"), attestation("kim")],
  revocations: [revocation("no-initech", { targetName: "initech" })],
  feeds: [...TRUST.feeds, feed("globex-8", signedFeed("globex", 8, ["gone", "left"]))],
});

let state: Restorable;
beforeEach(() => {
  state = new Restorable();
  const { world } = state;
  world.back();
  world.pass(60);
  world.apply(SINCE);
  world.pass(60);
  state.sign();
});

test("what was revoked or imported since stays so, and what was issued since is revoked", async () => {
  const before = state.snapshot();
  const newer = before.attestations.find((row) => row.subjectId === "subject-kim");
  const log = state.read((reader) => reader.log().head());
  const sequence = state.read((reader) => reader.publishedFeed()?.sequence ?? 0);
  const result = await state.restore();
  const after = state.snapshot();
  expect(
    after.treaties
      .map(({ subject, status, reason }) => `${subject} ${status} ${reason}`)
      .toSorted(),
  ).toEqual([
    "GLOBEX active null",
    "INITECH revoked not_in_restored_backup",
    "INITECH revoked relationship_ended",
  ]);
  expect(
    after.attestations.map(({ subjectId, status }) => `${subjectId} ${status}`).toSorted(),
  ).toEqual(["subject-kim revoked", "subject-sam active"]);
  expect(after.feeds.map((row) => row.sequence)).toEqual([7, 8]);
  expect(after.importedRevocations).toEqual(before.importedRevocations);
  // Partners hear of it from our feed.
  const own = state.read((reader) => reader.publishedFeed());
  expect(own?.sequence).toBe(sequence + 1);
  expect(own?.json).toContain(newer?.id);
  // The log goes on from where it was.
  const head = state.read((reader) => reader.log().head());
  expect(head.size).toBeGreaterThan(log.size);
  expect(head.checkpointSize).toBe(head.size);
  expect(readEscrow(state.request.escrow)?.size).toBe(head.size);
  expect(after.generation).toBeGreaterThan(before.generation);
  expect(result).toMatchObject({
    generation: after.generation,
    logSize: head.size,
    resumed: false,
  });
  expect(state.steps).toEqual(["verify", "back_up", "build", "swap", "check"]);
});

test("the restore and every revocation of it stand in the log", async () => {
  await state.restore({ reason: "INC-7" });
  expect(state.events("state_restored")).toMatchObject([
    { reason: "INC-7", by: "the operator", state_found: "whole", revoked_count: 2 },
  ]);
  expect(state.events("recognition_treaty_revoked")).toHaveLength(2);
  expect(state.events("membership_attestation_revoked")).toMatchObject([
    { reason: "not_in_restored_backup" },
  ]);
});

test("the state before is kept twice: as a backup, and as its files", async () => {
  const before = state.snapshot();
  const { quarantine, preRestoreBackup } = await state.restore();
  expect(preRestoreBackup).toBe(state.request.preRestoreBackup);
  verifyBackup(preRestoreBackup ?? "", { keys: null, sovereignId: "ACME" });
  expect(readdirSync(quarantine ?? "")).toEqual([basename(state.world.db)]);
  const kept = withPlainDatabase(join(quarantine ?? "", basename(state.world.db)), (database) =>
    database.prepare("SELECT generation FROM concordat_meta").pluck().get(),
  );
  expect(kept).toBe(before.generation);
  expect(existsSync(`${state.world.db}.restore.json`)).toBe(false);
  expect(existsSync(`${state.world.db}.restoring`)).toBe(false);
});

test("git is reconciled over the restored state: new ids for what it still asks for, nothing for what is revoked", async () => {
  const before = new Set(state.snapshot().treaties.map(({ id }) => id));
  await state.restore();
  const after = reconcile(state, SINCE);
  const active = after.treaties.filter(({ status }) => status === "active");
  expect(active.map(({ subject }) => subject).toSorted()).toEqual(["GLOBEX", "INITECH"]);
  const again = active.find(({ subject }) => subject === "INITECH");
  expect(again?.json).toContain("role:anchor");
  expect(before.has(again?.id ?? "")).toBe(false);
  expect(after.attestations.filter(({ status }) => status === "active")).toHaveLength(2);
  // And a second pass has nothing to do.
  expect(reconcile(state, SINCE).generation).toBe(after.generation);
});

test("whoever reads the state meanwhile reads the restored one from then on", async () => {
  const reader = openState(state.world.db);
  const before = reader.generation();
  const { generation } = await state.restore();
  expect(generation).toBeGreaterThan(before);
  expect(reader.generation()).toBe(generation);
  reader.close();
});

test("what was signed by operators before is refused by its time", async () => {
  await state.restore();
  const recovery = withPlainDatabase(state.world.db, (database) =>
    database.prepare("SELECT auth_not_before FROM concordat_recovery").pluck().get(),
  );
  expect(recovery).toBe("2026-11-23T00:02:00+00:00");
});

test("a restored state can be backed up and restored again", async () => {
  await state.restore();
  const { world } = state;
  world.pass(1);
  const again = join(world.folder, "again.db");
  world.back({ output: again });
  reconcile(state, SINCE);
  world.pass(1);
  const preRestoreBackup = join(world.folder, "again-before.db");
  await state.restore({ backup: again, preRestoreBackup });
  expect(state.events("state_restored")).toHaveLength(2);
  const active = reconcile(state, SINCE).treaties.filter(({ status }) => status === "active");
  expect(active).toHaveLength(2);
});

describe("a plan", () => {
  test("says what the restore would do, and changes nothing", async () => {
    const { dir, folder, db } = state.world;
    const now = (): unknown => [readdirSync(dir), contentsOf(folder), readFileSync(db, "hex")];
    const before = now();
    const plan = await state.plan();
    expect(now()).toEqual(before);
    expect(plan.changes.goes.map(({ kind, name, why }) => [kind, name, why])).toEqual([
      ["RecognitionTreaty", "umbrella", "issued_after_backup"],
      ["MembershipAttestation", "kim", "issued_after_backup"],
    ]);
    expect(plan.changes.carried.map(({ kind }) => kind)).toEqual([
      "RecognitionTreaty",
      "RevocationFeed",
      "ImportedRevocation",
    ]);
    expect(plan.changes.comes).toEqual([]);
    expect(plan.log).toMatchObject({ from: "live", lost: null });
    const result = await state.restore();
    expect(result.plan?.changes).toEqual(plan.changes);
    expect(result.plan?.feedSequence).toBe(plan.feedSequence);
    expect(state.read((reader) => reader.publishedFeed()?.sequence)).toBe(plan.feedSequence);
  });

  test("is made while somebody writes the state", async () => {
    const writer = state.open();
    const { live } = await state.plan();
    writer.close();
    expect(live).toEqual({ found: "whole", why: null });
  });
});

describe("an exception", () => {
  const revoked = (): string =>
    state.snapshot().treaties.find((row) => row.reason === "relationship_ended")?.id ?? "";
  const operator = { operatorKey: OPERATOR };

  test("takes the key of a privileged operator, and is logged with it", async () => {
    const forget = [{ what: "revocation", id: revoked() }] as const;
    await expectRefused(state, "operator_key_refused", { forget });
    await expectRefused(
      state,
      "operator_key_refused",
      { forget },
      { operatorKey: state.tools.key },
    );
    await state.restore({ forget }, operator);
    const { treaties } = state.snapshot();
    expect(treaties.filter(({ status }) => status === "active")).toHaveLength(2);
    expect(state.events("restore_forgot")).toMatchObject([
      { kind: "RecognitionTreaty", id: forget[0].id, key_id: "operator-root" },
    ]);
  });

  test("forgets a feed with what it alone revoked", async () => {
    const forget = [{ what: "feed", issuer: "GLOBEX", sequence: 8 }] as const;
    await state.restore({ forget }, operator);
    const { feeds, importedRevocations } = state.snapshot();
    expect(feeds.map(({ sequence }) => sequence)).toEqual([7]);
    expect(importedRevocations.map(({ attestationId }) => attestationId)).toEqual(["gone"]);
  });

  test("cannot trust what the backup does not, nor take back what partners were told", async () => {
    const [umbrella] = state.snapshot().treaties.filter(({ json }) => json.includes("role:anchor"));
    const forgetting = async (id: string): Promise<AppError> =>
      await expectRefused(
        state,
        "restore_refused",
        { forget: [{ what: "revocation", id }] },
        operator,
      );
    await forgetting(umbrella?.id ?? "");
    expect((await forgetting("with-globex")).hint).toContain("concordat explain");
    const feeds = [7, 9];
    for (const sequence of feeds)
      await expectRefused(
        state,
        "restore_refused",
        { forget: [{ what: "feed", issuer: "GLOBEX", sequence }] },
        operator,
      );
  });
});
