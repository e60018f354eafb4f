import { describe, expect, test } from "vitest";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import type { DatabaseOptions } from "../../../src/audit/verify-database.js";
import type { Verification } from "../../../src/audit/verification.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { parseCheckpoint, signCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import { vkeyOf } from "../../../src/protocol/log/note.js";
import { eraseField, type LoggedEvent } from "../../../src/protocol/log/committed.js";
import {
  ORIGIN,
  VKEY,
  auditedLog,
  event,
  revocations,
  type Audited,
} from "../../helpers/audited.js";
import { keyOf } from "../../helpers/keys.js";
import { DAMAGES, SIZE, at, edit } from "./damages.js";

function verified(log: Audited, options: Partial<DatabaseOptions> = {}): Verification {
  const key = { key: VKEY, from: "given" } as const;
  return verifyDatabase(log.source, { key, escrow: null, since: null, ...options });
}

describe("a log as it was written", () => {
  test("verifies, with every value", () => {
    expect(verified(auditedLog(revocations(SIZE)))).toMatchObject({
      verified: true,
      origin: ORIGIN,
      size: SIZE,
      entries: SIZE,
      signed_size: SIZE,
      key_from: "given",
      vkey: VKEY,
      disclosed: 2 * SIZE,
      hidden: 0,
      fault: null,
    });
  });

  test("verifies when it is empty, or not yet signed, or signed in part", () => {
    expect(verified(auditedLog([]))).toMatchObject({ verified: true, entries: 0 });
    const key = { key: VKEY, from: "state" } as const;
    expect(verified(auditedLog(revocations(5), -1), { key })).toMatchObject({
      verified: true,
      signed_size: 0,
      vkey: VKEY,
    });
    expect(verified(auditedLog(revocations(5), 3))).toMatchObject({
      verified: true,
      size: 5,
      signed_size: 3,
    });
  });

  test("verifies whatever other tools have put into their events", () => {
    const events = [
      { ...event(0, { "Odd name": 1, reason: "x" }), extra: [1.5, "é"] },
      event(1, { nested: { deep: [null, true] }, treaty_id: "two words", key_id: "k".repeat(300) }),
      { ...event(2, {}), event_type: "t".repeat(500) },
      event(3, Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`field_${i}`, i]))),
    ].map(
      (odd) =>
        JSON.parse(
          JSON.stringify(odd, (_, value: unknown) => (value === 1.5 ? 1 : value)),
        ) as LoggedEvent,
    );
    expect(verified(auditedLog(events))).toMatchObject({ fault: null, entries: 4 });
  });

  test("verifies rows in the other spellings of the reference", () => {
    const log = auditedLog(revocations(3));
    for (const [id, json] of log.rows) log.rows.set(id, JSON.stringify(JSON.parse(json), null, 1));
    expect(verified(log)).toMatchObject({ verified: true, disclosed: 6 });
  });
});

describe("a damaged log names the first bad entry", () => {
  test.each(DAMAGES)("when $why: $fault", ({ damage, fault, index }) => {
    const log = auditedLog(revocations(SIZE));
    damage(log);
    expect(verified(log)).toMatchObject({
      verified: false,
      signed_size: 0,
      fault: { fault, index },
    });
  });

  test("when there is a salt for nothing", () => {
    const log = auditedLog(revocations(SIZE));
    log.salts[3] = new Map([...at(log.salts, 3), ["other", Buffer.alloc(16)]]);
    expect(verified(log).fault).toMatchObject({ fault: "event_altered", index: 3 });
  });

  test("of two faults, the earlier", () => {
    const log = auditedLog(revocations(SIZE));
    edit(log, 8, "reason 8", "x");
    edit(log, 2, "reason 2", "x");
    log.head = { ...log.head, checkpoint: signCheckpoint(log.head, ORIGIN, keyOf("other")) };
    expect(verified(log).fault).toMatchObject({ fault: "commitment_mismatch", index: 2 });
  });
});

test("a log without a checkpoint is refused to whoever gives a key, for anybody could have written it", () => {
  expect(verified(auditedLog(revocations(5), -1)).fault).toMatchObject({
    fault: "checkpoint_refused",
  });
});

test("of several keys, the one that has signed is named", () => {
  const other = vkeyOf(ORIGIN, keyOf("other").publicKey);
  const key = { key: `${other}\n${VKEY}`, from: "given" } as const;
  expect(verified(auditedLog(revocations(5)), { key })).toMatchObject({
    verified: true,
    vkey: VKEY,
  });
});

describe("an erased value", () => {
  function erased(entry: JsonEntry): Audited {
    const events = [...revocations(4), event(4, entry, "audit_field_erased")];
    const log = auditedLog(events);
    const without = eraseField(at(events, 1), "reason");
    if (without === null) throw new Error("the event has a reason");
    log.rows.set(at(log.eventIds, 1), canonicalJson(without));
    log.salts[1] = new Map([...at(log.salts, 1)].filter(([field]) => field !== "reason"));
    return log;
  }
  type JsonEntry = { index: number; field: string };

  test("is accepted when an entry says so", () => {
    expect(verified(erased({ index: 1, field: "reason" }))).toMatchObject({
      verified: true,
      hidden: 1,
    });
  });

  test("is refused when the entry that says so stands before it", () => {
    const log = auditedLog([
      event(0, { index: 1, field: "reason" }, "audit_field_erased"),
      ...revocations(4).slice(1),
    ]);
    const without = eraseField(at(revocations(4), 1), "reason") ?? expect.fail();
    log.rows.set(at(log.eventIds, 1), canonicalJson(without));
    log.salts[1] = new Map([...at(log.salts, 1)].filter(([field]) => field !== "reason"));
    expect(verified(log).fault).toMatchObject({ fault: "erased_unlogged", index: 1 });
  });

  test("of an event with names of any length is accepted", () => {
    const odd = {
      event_id: "i".repeat(300),
      event_type: "t".repeat(300),
      details: { reason: "x" },
      created_at: "2".repeat(300),
    };
    const log = auditedLog([odd, event(1, { index: 0, field: "reason" }, "audit_field_erased")]);
    log.rows.set(odd.event_id, canonicalJson(eraseField(odd, "reason") ?? expect.fail()));
    log.salts[0] = new Map();
    expect(verified(log)).toMatchObject({ verified: true, hidden: 1 });
  });

  test("is refused when the entry says so of another", () => {
    for (const other of [
      { index: 2, field: "reason" },
      { index: 1, field: "by" },
    ])
      expect(verified(erased(other)).fault).toMatchObject({ fault: "erased_unlogged", index: 1 });
  });
});

describe("what lies outside of the state", () => {
  const old = auditedLog(revocations(6));
  const since = old.head.checkpoint ?? "";
  const escrow = parseCheckpoint(auditedLog(revocations(SIZE)).head.checkpoint ?? "");

  test("is extended", () => {
    const log = auditedLog(revocations(SIZE));
    expect(verified(log, { escrow, since })).toMatchObject({ verified: true, extends: [11, 6] });
  });

  test("tells that the log was set back, however well the older one was signed", () => {
    expect(verified(old)).toMatchObject({ verified: true });
    expect(verified(old, { escrow }).fault).toMatchObject({ fault: "tail_truncated", index: 6 });
    const later = auditedLog(revocations(SIZE)).head.checkpoint;
    expect(verified(old, { since: later }).fault).toMatchObject({
      fault: "tail_truncated",
      index: 6,
    });
  });

  test("tells that the log is another, however well it is signed", () => {
    const other = auditedLog(
      revocations(SIZE).map(({ details, ...rest }) => ({
        ...rest,
        details: { ...details, reason: "other" },
      })),
    );
    expect(verified(other)).toMatchObject({ verified: true });
    expect(verified(other, { escrow }).fault).toMatchObject({ fault: "escrow_mismatch" });
    expect(verified(other, { since }).fault).toMatchObject({ fault: "not_an_extension" });
  });

  test("must itself be of this log and signed", () => {
    const log = auditedLog(revocations(SIZE));
    expect(verified(log, { escrow: { ...escrow, origin: "SOUTH/audit" } }).fault).toMatchObject({
      fault: "escrow_mismatch",
    });
    const forged = signCheckpoint(old.head, ORIGIN, keyOf("other"));
    expect(verified(log, { since: forged }).fault).toMatchObject({ fault: "checkpoint_refused" });
    expect(verified(log, { since, key: null }).fault).toMatchObject({
      fault: "checkpoint_refused",
    });
  });
});
