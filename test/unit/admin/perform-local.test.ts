/** What an operator at the host does at once: only what takes trust away, and with the name of who asked. */
import { expect, test } from "vitest";
import { performLocal } from "../../../src/admin/perform-local.js";
import type { LocalAction, LocalAnswer } from "../../../src/model/admin.js";
import { Administered } from "../../helpers/administered.js";
import { attestation, operatorKey, sovereign, treaty } from "../../helpers/desired.js";
import { expectError } from "../../helpers/state.js";

const BY = "somebody@host";

function act(state: Administered, action: LocalAction): LocalAnswer {
  return performLocal(state.tools, { by: BY, action });
}

const treaties = [treaty("globex", "globex")];
const sovereigns = [sovereign("globex")];

test("a treaty is revoked once", () => {
  const state = new Administered({ sovereigns, treaties });
  const [row] = state.writer.snapshot().treaties;
  const action = { action: "revoke_treaty", treatyId: row?.id ?? "", reason: "INC-7" } as const;
  const answer = act(state, action);
  expect(state.writer.treaty(row?.id ?? "")?.status).toBe("revoked");
  expect(state.audit("recognition_treaty_revoked")).toEqual([
    { treaty_id: row?.id, reason: "INC-7", requested_by: BY },
  ]);
  expect(answer.events).toHaveLength(1);
  expect(act(state, action).events).toEqual([]);
  expect(state.nonces).toEqual([]);
});

test("an attestation is revoked, and our feed says so", () => {
  const state = new Administered({ attestations: [attestation("alice")] });
  const [row] = state.writer.snapshot().attestations;
  const before = state.writer.publishedFeed()?.sequence ?? 0;
  act(state, { action: "revoke_attestation", attestationId: row?.id ?? "", reason: "INC-7" });
  expect(state.writer.publishedFeed()?.sequence).toBe(before + 1);
});

test("an operator key is revoked in the name of who asked", () => {
  const state = new Administered();
  act(state, { action: "revoke_operator_key", keyId: "deputy", reason: "INC-7" });
  expect(state.writer.revokedKeys().map(({ keyId, revokedBy }) => [keyId, revokedBy])).toEqual([
    ["deputy", BY],
  ]);
  expect(state.audit("operator_key_revoked")).toEqual([
    { key_id: "deputy", reason: "INC-7", revoked_by: BY, requested_by: BY },
  ]);
});

test("the last privileged key stays, and the refusal is written down", () => {
  const state = new Administered({ operatorKeys: [operatorKey("root")] });
  expectError("last_active_operator_key", () =>
    act(state, { action: "revoke_operator_key", keyId: "root", reason: "INC-7" }),
  );
  expect(state.writer.revokedKeys()).toEqual([]);
  expect(state.audit("admin_request_refused")).toEqual([
    { action: "revoke_operator_key", reason: "last_active_operator_key", requested_by: BY },
  ]);
});

test("a feed is suspended once, and nothing else of its sovereign changes", () => {
  const state = new Administered({ sovereigns });
  const before = state.writer.snapshot().sovereigns[0];
  const issuer = before?.sovereignId ?? "";
  const action = { action: "suspend_feed", issuer, reason: "INC-7" } as const;
  expect(act(state, action).events).toHaveLength(1);
  expect(state.writer.sovereign(issuer)).toEqual({
    ...before,
    feed: { ...before?.feed, suspend: true },
  });
  expect(act(state, action).events).toEqual([]);
  expectError("unknown_sovereign", () => act(state, { ...action, issuer: "nobody" }));
});
