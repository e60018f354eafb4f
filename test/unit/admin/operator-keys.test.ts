/** Revoking operator keys: terminal, and never the last one that could give an order. */
import { expect, test } from "vitest";
import type { AdminAction } from "../../../src/model/admin.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { Administered } from "../../helpers/administered.js";
import { operatorKey } from "../../helpers/desired.js";
import { expectError } from "../../helpers/state.js";

const revoke = (keyId: string): AdminAction => {
  return { action: "revoke_operator_key", keyId, reason: "laptop lost" };
};

test("a key is revoked at once, and its next request is refused", () => {
  const state = new Administered();
  const { answer } = state.ask(revoke("deputy"));
  expect(answer).toEqual({
    status: 200,
    body: {
      key_id: "deputy",
      revoked: true,
      revoked_at: "2026-11-23T00:00:00+00:00",
      reason: "laptop lost",
      remaining_active_keys: 3,
    },
  });
  expect(state.writer.revokedKeys()).toEqual([
    {
      keyId: "deputy",
      revokedAt: "2026-11-23T00:00:00+00:00",
      reason: "laptop lost",
      revokedBy: "root",
    },
  ]);
  expect(state.audit("operator_key_revoked")).toEqual([
    { key_id: "deputy", reason: "laptop lost", revoked_by: "root", remote_addr: "192.0.2.1" },
  ]);
  expectError("operator_key_refused", () => state.ask(revoke("clerk"), { keyId: "deputy" }));
  expect(state.nonces).toHaveLength(1);
});

test("a key is revoked once", () => {
  const state = new Administered();
  state.ask(revoke("deputy"));
  const { answer, generation } = state.ask(revoke("deputy"));
  expect(answer.body).toEqual({ key_id: "deputy", revoked: true, already_revoked: true });
  expect(generation).toBeNull();
  expect(state.audit("operator_key_revoked")).toHaveLength(1);
});

test("a key that is not there: 404", () => {
  const state = new Administered();
  expectError("unknown_operator_key", () => state.ask(revoke("nobody")));
});

test("a key may revoke itself while another one can act", () => {
  const state = new Administered();
  state.ask(revoke("root"));
  expectError("last_active_operator_key", () => state.ask(revoke("deputy"), { keyId: "deputy" }));
  state.ask(revoke("clerk"), { keyId: "deputy" });
  expect(state.writer.revokedKeys().map(({ keyId }) => keyId)).toEqual(["clerk", "root"]);
});

const UNUSABLE = {
  retired: operatorKey("deputy", { state: "retired" }),
  "not yet valid": operatorKey("deputy", { validFrom: parseTimestamp("2026-11-24T00:00:00Z") }),
  "no longer valid": operatorKey("deputy", { validUntil: parseTimestamp("2026-11-23T00:00:00Z") }),
  "of the tier standard": operatorKey("deputy", { tier: "standard" }),
};

test.each(Object.entries(UNUSABLE))("a key that is %s does not stand in for the last", (_, key) => {
  const state = new Administered({ operatorKeys: [operatorKey("root"), key] });
  expectError("last_active_operator_key", () => state.ask(revoke("root")));
  expect(state.writer.revokedKeys()).toEqual([]);
  expect(state.nonces).toHaveLength(1);
});
