/** What an operator is answered comes with a proof that it was logged. */
import { expect, test } from "vitest";
import { receiptOf, RecordedRefusal } from "../../../src/admin/receipt.js";
import { AppError } from "../../../src/errors.js";
import { verifyCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import { leafHash, verifyInclusion } from "../../../src/protocol/log/merkle.js";
import { vkeyOf } from "../../../src/protocol/log/vkey.js";
import { parseProof } from "../../../src/protocol/log/tlog-proof.js";
import { openStateForWriting } from "../../../src/state/open.js";
import { Administered } from "../../helpers/administered.js";
import { attestation, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { commitLogged, event } from "../../helpers/logged.js";

/** The leaf that a receipt proves to be in the log of the authority of the tests. */
function leafIn(receipt: string | null): unknown {
  const { index, extra, hashes, checkpoint } = parseProof(
    Buffer.from(receipt ?? "", "base64").toString(),
  );
  const vkey = vkeyOf("ACME/audit", keyOf("authority").publicKey);
  const { size, root } = verifyCheckpoint(checkpoint, vkey, "ACME/audit");
  const leaf = extra ?? expect.fail("no leaf");
  expect(verifyInclusion(index, size, leafHash(leaf), hashes, root)).toBe(true);
  return JSON.parse(Buffer.from(leaf).toString());
}

test("the receipt proves the entry of what was asked", () => {
  const state = new Administered({ attestations: [attestation("node")] });
  const attestationId = state.world.snapshot.attestations[0]?.id ?? "";
  const action = { action: "revoke_attestation", attestationId, reason: "lost" } as const;
  expect(leafIn(state.ask(action, { signatureVersion: 1 }).receipt)).toMatchObject({
    event_type: "membership_attestation_revoked",
    // Who is a member stands in the public log as a commitment only.
    details: {},
    commitments: { attestation_id: expect.any(String), reason: expect.any(String) },
    authority: "ACME",
  });
  // Nothing is done the second time, and nothing is logged.
  expect(state.ask(action).receipt).toBeNull();
});

test("a refusal that is written down has one too", () => {
  const state = new Administered({ treaties: [treaty("globex", "globex")] });
  const refused = (run: () => unknown): RecordedRefusal => {
    try {
      run();
    } catch (error) {
      if (error instanceof RecordedRefusal) return error;
    }
    return expect.fail("not refused, or not recorded");
  };
  const action = { action: "revoke_treaty", treatyId: "none", reason: "x" } as const;
  const missing = refused(() => state.ask(action));
  expect(missing.code).toBe("treaty_not_found");
  expect(leafIn(missing.receipt)).toMatchObject({
    event_type: "admin_request_refused",
    details: { action: "revoke_treaty" },
  });
  const denied = refused(() => state.ask(action, { keyId: "viewer" }));
  expect(denied.code).toBe("insufficient_operator_tier");
  expect(leafIn(denied.receipt)).toMatchObject({ event_type: "admin_authz_denied" });
});

test("without the key there is no receipt, and the request is done all the same", () => {
  const state = new Administered({ treaties: [treaty("globex", "globex")] });
  const treatyId = state.world.snapshot.treaties[0]?.id ?? "";
  state.writer.close();
  const writer = openStateForWriting(state.world.db, "test");
  state.tools = { ...state.tools, writer };
  const done = state.ask({ action: "revoke_treaty", treatyId, reason: "x" });
  expect([done.answer.status, done.receipt]).toEqual([200, null]);
  expect(() => state.ask({ action: "revoke_treaty", treatyId: "none", reason: "x" })).toThrow(
    AppError,
  );
  writer.close();
});

test("a leaf that is too long for a header is left to be asked for", () => {
  const state = new Administered();
  const details = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`field_${i}_${"x".repeat(40)}`, "some words"]),
  );
  commitLogged(state.writer, [event("long", details), event("short")]);
  expect(receiptOf(state.writer.log(), "long")).toBeNull();
  expect(receiptOf(state.writer.log(), "short")).not.toBeNull();
  expect(receiptOf(state.writer.log(), "none")).toBeNull();
});
