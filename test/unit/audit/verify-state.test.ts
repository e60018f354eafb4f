/** A state that is not what its log says was done to it is found, and the entry that says so is named. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Faulty, type LogFault } from "../../../src/audit/verification.js";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import { StateCheck } from "../../../src/audit/verify-state.js";
import type { Operation } from "../../../src/model/state.js";
import { openState } from "../../../src/state/open.js";
import type { Standing } from "../../../src/state/standing.js";
import { event } from "../../helpers/audited.js";
import { TRUST } from "../../helpers/backup.js";
import { desired, treaty } from "../../helpers/desired.js";
import { AT_OFFSET, withPlainDatabase } from "../../helpers/state.js";
import { World } from "../../helpers/world.js";

/** A treaty, an attestation and an operator key were revoked, and then a plan was applied. */
function revoked(): World {
  const world = new World();
  world.apply(TRUST);
  world.apply(desired({ treaties: [treaty("globex", "globex")], feeds: TRUST.feeds }));
  const key = {
    keyId: "operator-clerk",
    revokedAt: AT_OFFSET,
    reason: "lost",
    revokedBy: "authority",
  };
  const operation: Operation = { do: "revoke_operator_key", key };
  const recorded = event(0, { key_id: key.keyId }, "operator_key_revoked");
  world.writer.commit(
    {
      operations: [operation],
      notes: [],
      events: [{ ...recorded, event_type: "operator_key_revoked" }],
      applied: null,
    },
    { generation: world.writer.generation() },
  );
  return world;
}

function executing(sql: string): (path: string) => void {
  return (path) => withPlainDatabase(path, (database) => void database.exec(sql));
}

function faultAfter(change: (path: string) => void): {
  readonly fault: LogFault | null;
  readonly type: unknown;
} {
  const world = revoked();
  try {
    world.writer.close();
    change(world.db);
    const state = openState(world.db);
    try {
      const { fault } = verifyDatabase(state.log(), {
        key: null,
        escrow: null,
        since: null,
        state,
      });
      const index = fault?.index ?? null;
      const [entry] = index === null ? [] : [...state.log().entries(index, index + 1)];
      const said: unknown = JSON.parse(entry?.eventJson ?? "{}");
      return { fault, type: Reflect.get(Object(said), "event_type") };
    } finally {
      state.close();
    }
  } finally {
    world.close();
  }
}

test("a state that stands as it was logged holds", () => {
  expect(faultAfter(() => {})).toMatchObject({ fault: null });
});

const revive = (table: string): string =>
  `UPDATE ${table} SET status = 'active', revoked_at = NULL, revocation_reason = NULL WHERE status = 'revoked'`;

test.for([
  ["a treaty", revive("recognition_treaties"), "recognition_treaty_revoked"],
  ["an attestation", revive("membership_attestations"), "membership_attestation_revoked"],
  [
    "an attestation's row",
    "DELETE FROM membership_attestations WHERE status = 'revoked'",
    "membership_attestation_revoked",
  ],
  ["an operator key", "DELETE FROM revoked_operator_keys", "operator_key_revoked"],
] as const)("%s that came back is found", ([, sql, type]) => {
  expect(faultAfter(executing(sql))).toMatchObject({ fault: { fault: "revocation_undone" }, type });
});

test.for([
  ["recognition_treaties", "treaty_json", "recognition_treaty_issued"],
  ["membership_attestations", "attestation_json", "membership_attestation_issued"],
] as const)("a document of %s that is not the one logged is found", ([table, json, type]) => {
  const sql = `UPDATE ${table} SET ${json} = replace(${json}, '"issued_by"', '"issued_bx"')`;
  expect(faultAfter(executing(sql))).toMatchObject({ fault: { fault: "document_altered" }, type });
});

test.for([
  "UPDATE concordat_applied SET commit_id = 'another'",
  "UPDATE concordat_applied SET tree_id = 'another'",
  `UPDATE concordat_applied SET plan_digest = 'sha256:${"0".repeat(64)}'`,
  "DELETE FROM concordat_applied",
])("what was applied is another: %s", (sql) => {
  expect(faultAfter(executing(sql))).toMatchObject({
    fault: { fault: "applied_mismatch" },
    type: "plan_applied",
  });
});

test.for([
  "DELETE FROM imported_sovereign_revocations",
  "UPDATE imported_sovereign_revocations SET attestation_id = 'fone'",
  "UPDATE imported_sovereign_revocations SET issuer_sovereign_id = 'INITECH'",
])("a revocation that a feed has brought is gone: %s", (sql) => {
  expect(faultAfter(executing(sql))).toMatchObject({
    fault: {
      fault: "revocation_undone",
      index: null,
      message: expect.stringMatching("feed-globex-7 of GLOBEX revokes gone"),
    },
  });
});

test.for([
  `feed_json = replace(feed_json, '"revoked_attestation_ids":["', '"revoked_attestation_ids":["a","')`,
  `feed_json = replace(feed_json, '"issuer_sovereign_id"', '"rewocation_reasons":{},"issuer_sovereign_id"')`,
  "feed_json = '{'",
  "feed_id = 'another'",
  "sequence = sequence + 1",
])("our own newest feed is another than was signed: %s", (change) => {
  const sql = `UPDATE concordat_published_feeds SET ${change} WHERE sequence = (SELECT MAX(sequence) FROM concordat_published_feeds)`;
  expect(faultAfter(executing(sql))).toMatchObject({
    fault: { fault: "feed_altered", index: null },
  });
});

test("an index that is not that of its table is found", () => {
  const damaged = faultAfter((path) => {
    const page = withPlainDatabase(path, (database) =>
      Number(
        database
          .prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?")
          .pluck()
          .get("idx_recognition_treaties_status"),
      ),
    );
    const bytes = readFileSync(path);
    bytes.write("revokee", bytes.indexOf("revoked", (page - 1) * 4096));
    writeFileSync(path, bytes);
  });
  expect(damaged).toMatchObject({ fault: { fault: "state_damaged", index: null } });
});

describe("no entry speaks for the state any more", () => {
  const NOTHING: Standing = {
    damage: null,
    applied: null,
    isFeedSigned: true,
    unheard: null,
    revoked: { treaties: new Set(), attestations: new Set(), operatorKeys: new Set() },
    documents: {
      treaties: new Map([["t", "sha256:two"]]),
      attestations: new Map(),
      imported: new Map([["f", "sha256:two"]]),
      published: new Map(),
    },
  };
  const treatyRevoked = event(0, { treaty_id: "a" });
  const keyRevoked = event(0, { key_id: "a" }, "operator_key_revoked");
  const applied = event(1, { commit: "c", tree: "t", plan_digest: "d" }, "plan_applied");

  function faultOf(...events: readonly ReturnType<typeof event>[]): unknown {
    const check = new StateCheck();
    for (const [index, each] of events.entries()) check.note(index, each);
    return faultIn(check);
  }

  function faultIn(check: StateCheck): unknown {
    try {
      check.finish(NOTHING);
      return null;
    } catch (error) {
      if (!(error instanceof Faulty)) throw error;
      return error.fault.fault;
    }
  }

  test.for([
    ["of what was applied before a restore", [applied, event(2, {}, "state_restored")]],
    ["of what was applied before an adoption", [applied, event(2, {}, "authority_adopted")]],
    ["of what an adopted log says", [treatyRevoked, keyRevoked, event(2, {}, "authority_adopted")]],
    ["of a treaty that a restore forgot", [treatyRevoked, event(2, { id: "a" }, "restore_forgot")]],
    [
      "where what was forgotten is erased",
      [treatyRevoked, event(2, { id: "<erased>" }, "restore_forgot")],
    ],
    ["whose id is erased", [event(0, { attestation_id: "<erased>" })]],
    [
      "of another program",
      [treatyRevoked, applied, event(2, { index: 0, count: 2 }, "audit_rows_accepted")],
    ],
  ] as const)("%s", ([, events]) => {
    expect(faultOf(...events)).toBeNull();
  });

  test.for([
    ["a revocation before a restore", [treatyRevoked, event(2, {}, "state_restored")]],
    ["another treaty than the forgotten", [treatyRevoked, event(2, { id: "b" }, "restore_forgot")]],
    ["a key of the forgotten treaty's name", [keyRevoked, event(2, { id: "a" }, "restore_forgot")]],
    [
      "one that was logged before rows of another program",
      [treatyRevoked, treatyRevoked, event(2, { index: 1, count: 1 }, "audit_rows_accepted")],
    ],
  ] as const)("but %s does", ([, events]) => {
    expect(faultOf(...events)).toBe("revocation_undone");
  });

  const treatyIssued = (index: number, document_digest: string) =>
    event(index, { treaty_id: "t", document_digest }, "recognition_treaty_issued");
  const feedImported = event(
    0,
    { feed_id: "f", document_digest: "sha256:one" },
    "sovereign_revocation_feed_imported",
  );

  test("a document that no entry names by its digest is altered", () => {
    expect(faultOf(treatyIssued(0, "sha256:one"))).toBe("document_altered");
    expect(faultOf(feedImported)).toBe("document_altered");
    // A restore may bring any back that was once signed.
    expect(faultOf(treatyIssued(0, "sha256:two"), treatyIssued(1, "sha256:one"))).toBeNull();
    expect(faultOf(treatyIssued(0, "sha256:one"), event(1, {}, "authority_adopted"))).toBeNull();
    expect(
      faultOf(feedImported, event(1, { index: 0, count: 1 }, "audit_rows_accepted")),
    ).toBeNull();
    // What is gone is for a plan to find, or for the list of what is revoked.
    expect(
      faultOf(event(0, { treaty_id: "u", document_digest: "x" }, "recognition_treaty_issued")),
    ).toBeNull();
  });

  test("a document that a running authority signs anew is none that was altered", () => {
    const check = new StateCheck();
    check.note(0, treatyIssued(0, "sha256:one"));
    expect(faultIn(check)).toBe("document_altered");
    check.noteLater(1, treatyIssued(1, "sha256:two"));
    expect(faultIn(check)).toBeNull();
  });

  test("while a running authority applies another plan", () => {
    const check = new StateCheck();
    check.note(0, applied);
    expect(faultIn(check)).toBe("applied_mismatch");
    check.noteLater(1, applied);
    expect(faultIn(check)).toBeNull();
  });
});
