/** The second look at key, time and nonce, in the transaction of the effect. */
import { describe, expect, test } from "vitest";
import { performAdmin } from "../../../src/admin/perform.js";
import type { AdminAction } from "../../../src/model/admin.js";
import { fromInstant, parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import { Administered, OPERATORS } from "../../helpers/administered.js";
import { attestation, operatorKey, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { expectError, withPlainDatabase } from "../../helpers/state.js";

function prepared(): { readonly state: Administered; readonly action: AdminAction } {
  const state = new Administered({ treaties: [treaty("globex", "globex")] });
  const treatyId = state.world.snapshot.treaties[0]?.id ?? "";
  return { state, action: { action: "revoke_treaty", treatyId, reason: "ended" } };
}

function attested(): { readonly state: Administered; readonly id: string } {
  const state = new Administered({ attestations: [attestation("node")] });
  return { state, id: state.world.snapshot.attestations[0]?.id ?? "" };
}

function revokeOutOfBand(state: Administered, keyId: string): void {
  withPlainDatabase(state.world.db, (database) =>
    database
      .prepare(
        "INSERT INTO revoked_operator_keys VALUES (?, '2026-11-23T00:00:00+00:00', 'x', 'y')",
      )
      .run(keyId),
  );
}

function expectUntouched(state: Administered, nonces: number): void {
  expect(state.world.snapshot.treaties).toMatchObject([{ status: "active" }]);
  expect(state.nonces).toHaveLength(nonces);
}

describe("the key", () => {
  test("that nobody has", () => {
    const { state, action } = prepared();
    expectError("operator_key_refused", () => state.ask(action, { keyId: "nobody" }));
    expectUntouched(state, 0);
  });

  test("that is revoked between the check of the signature and the commit", () => {
    const { state, action } = prepared();
    const request = state.request(action, { keyId: "deputy" });
    state.ask({ action: "revoke_operator_key", keyId: "deputy", reason: "lost" });
    expectError("operator_key_refused", () => performAdmin(state.tools, request));
    expectUntouched(state, 1);
  });

  test.each([
    ["retired", { state: "retired" }],
    ["not valid yet", { validFrom: parseTimestamp("2026-11-23T00:00:00.000001Z") }],
    ["valid no longer", { validUntil: parseTimestamp("2026-11-23T00:00:00Z") }],
  ] as const)("that is %s", (_case, given) => {
    const { state, action } = prepared();
    const others = OPERATORS.filter(({ name }) => name !== "deputy");
    state.apply({
      treaties: [treaty("globex", "globex")],
      operatorKeys: [...others, operatorKey("deputy", given)],
    });
    expectError("operator_key_refused", () => state.ask(action, { keyId: "deputy" }));
    expectUntouched(state, 0);
  });

  test("whose id another key has taken", () => {
    const { state, action } = prepared();
    const request = state.request(action, { keyId: "deputy" });
    const others = OPERATORS.filter(({ name }) => name !== "deputy");
    const { publicKey } = keyOf("operator of another time");
    state.apply({
      treaties: [treaty("globex", "globex")],
      operatorKeys: [...others, operatorKey("deputy", { publicKey })],
    });
    expectError("operator_key_refused", () => performAdmin(state.tools, request));
    expectUntouched(state, 0);
    state.ask(action, { keyId: "deputy", publicKey });
    expect(state.world.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
  });

  test("of too low a tier is heard, refused and written down", () => {
    const { state, action } = prepared();
    for (const keyId of ["viewer", "clerk"])
      expectError("insufficient_operator_tier", () => state.ask(action, { keyId }));
    expectUntouched(state, 2);
    expect(state.audit("admin_authz_denied")[0]).toEqual({
      key_id: "viewer",
      reason: "insufficient_operator_tier",
      holder_tier: "read",
      required_tier: "privileged",
      remote_addr: "192.0.2.1",
    });
    state.ask(action, { keyId: "clerk", requiredTier: "standard" });
    expect(state.world.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
  });

  test("before the first apply", () => {
    const { state, action } = prepared();
    withPlainDatabase(state.world.db, (database) =>
      database.exec("DELETE FROM concordat_authority"),
    );
    expectError("service_not_ready", () => state.ask(action));
    expectUntouched(state, 0);
  });
});

describe("the nonce", () => {
  test("counts once, at once and after a restart", () => {
    const { state, action } = prepared();
    const request = state.request(action);
    performAdmin(state.tools, request);
    expectError("nonce_replayed", () => performAdmin(state.tools, request));
    state.reopen();
    expectError("nonce_replayed", () => performAdmin(state.tools, request));
    expect(state.audit("recognition_treaty_revoked")).toHaveLength(1);
  });

  test("of a refused request is spent as well, and says nothing new", () => {
    const { state } = prepared();
    const request = state.request({ action: "revoke_treaty", treatyId: "none", reason: "x" });
    expectError("treaty_not_found", () => performAdmin(state.tools, request));
    expectError("nonce_replayed", () => performAdmin(state.tools, request));
    expect(state.audit("admin_request_refused")).toHaveLength(1);
  });

  test("that two requests bear belongs to one of them", () => {
    const { state, action } = prepared();
    const first = state.request({
      ...action,
      action: "revoke_operator_key",
      keyId: "clerk",
    } as AdminAction);
    const second = state.request(action, { nonce: first.caller.nonce });
    performAdmin(state.tools, first);
    expectError("nonce_replayed", () => performAdmin(state.tools, second));
    expectUntouched(state, 1);
    performAdmin(
      state.tools,
      state.request(action, { nonce: first.caller.nonce, keyId: "deputy" }),
    );
    expect(state.world.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
  });

  test("that was purged does not come back, for its time is over", () => {
    const { state, action } = prepared();
    const request = state.request(action);
    performAdmin(state.tools, request);
    state.world.pass(601);
    state.ask({ action: "revoke_operator_key", keyId: "clerk", reason: "x" });
    expect(state.nonces).not.toContain(request.caller.nonce);
    expectError("admin_request_stale", () => performAdmin(state.tools, request));
  });

  test("does not come back when the clock is set back by an hour", () => {
    const { state, action } = prepared();
    const request = state.request(action);
    performAdmin(state.tools, request);
    state.world.pass(3_600);
    state.ask({ action: "revoke_operator_key", keyId: "clerk", reason: "x" });
    state.world.pass(-3_600);
    expectError("admin_request_stale", () => performAdmin(state.tools, request));
    state.reopen();
    expectError("admin_request_stale", () => performAdmin(state.tools, request));
    expect(state.audit("recognition_treaty_revoked")).toHaveLength(1);
  });
});

test.each([
  [-301, false],
  [-300, true],
  [300, true],
  [301, false],
])("a request that is dated %i s from now: %s", (seconds, isTaken) => {
  const { state, action } = prepared();
  const requestedAt = fromInstant(plusSeconds(state.world.now, seconds));
  const ask = (): unknown => state.ask(action, { requestedAt });
  if (isTaken) ask();
  else expectError("admin_request_stale", ask);
  expect(state.nonces).toHaveLength(isTaken ? 1 : 0);
});

test("a transaction that fails at its last row leaves nonce and effect undone", () => {
  const { state, id } = attested();
  const request = state.request({ action: "revoke_attestation", attestationId: id, reason: "x" });
  // Two events with one id.
  const random = (length: number): Uint8Array => new Uint8Array(length);
  const feed = state.writer.publishedFeed();
  expect(() => performAdmin({ ...state.tools, random }, request)).toThrow("UNIQUE");
  expect(state.writer.attestation(id)?.status).toBe("active");
  expect(state.writer.publishedFeed()).toEqual(feed);
  expect(state.nonces).toEqual([]);
  performAdmin(state.tools, request);
  expect(state.nonces).toEqual([request.caller.nonce]);
});

test("a signature of version 1 is written down beside what it did", () => {
  const { state, action } = prepared();
  state.ask(action, { signatureVersion: 1 });
  expect(state.audit("admin_legacy_signature_used")).toEqual([
    { action: "revoke_treaty", by: "root", remote_addr: "192.0.2.1" },
  ]);
  state.ask(action);
  expect(state.audit("admin_legacy_signature_used")).toHaveLength(1);
});

test("what another program wrote in between is judged anew", () => {
  const { state, id } = attested();
  const { key } = state.tools;
  let looks = 0;
  state.tools = {
    ...state.tools,
    key: () => {
      looks += 1;
      if (looks === 1) revokeOutOfBand(state, "root");
      return key();
    },
  };
  const action = { action: "revoke_attestation", attestationId: id, reason: "x" } as const;
  expectError("operator_key_refused", () => state.ask(action));
  expect(state.nonces).toEqual([]);
  state.ask(action, { keyId: "deputy" });
  expect(looks).toBe(2);
});

test("a state that never rests is given up", () => {
  const { state, id } = attested();
  const { key } = state.tools;
  let looks = 0;
  state.tools = {
    ...state.tools,
    key: () => {
      revokeOutOfBand(state, `stranger ${(looks += 1)}`);
      return key();
    },
  };
  const action = { action: "revoke_attestation", attestationId: id, reason: "x" } as const;
  expectError("stale_plan", () => state.ask(action));
  expect(looks).toBe(3);
  expect(state.nonces).toEqual([]);
});

test("a request that was signed before the state was restored", () => {
  const { state, action } = prepared();
  const restored = fromInstant(state.world.now);
  withPlainDatabase(state.world.db, (database) =>
    database
      .prepare("INSERT INTO concordat_recovery VALUES (1, ?, ?, 'sha256:0')")
      .run(restored, restored),
  );
  const requestedAt = fromInstant(plusSeconds(state.world.now, -1));
  expectError("admin_request_stale", () => state.ask(action, { requestedAt }));
  expectUntouched(state, 0);
  expect(state.ask(action).answer.status).toBe(200);
});
