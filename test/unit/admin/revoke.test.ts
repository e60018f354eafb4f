/** Revocations by an admin request: the effect, its event, and what is answered when there is nothing to do. */
import { describe, expect, test } from "vitest";
import type { AdminAction } from "../../../src/model/admin.js";
import { parseFeed } from "../../../src/protocol/documents.js";
import { parseJson } from "../../../src/protocol/json.js";
import { signatureHolds } from "../../../src/protocol/verify.js";
import { Administered } from "../../helpers/administered.js";
import { attestation, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { expectError } from "../../helpers/state.js";
import { foreignTreaty } from "../../helpers/out-of-band.js";

function withTreaty(): { readonly state: Administered; readonly id: string } {
  const state = new Administered({ treaties: [treaty("globex", "globex")] });
  return { state, id: state.world.snapshot.treaties[0]?.id ?? "" };
}

function withAttestation(): { readonly state: Administered; readonly id: string } {
  const state = new Administered({ attestations: [attestation("node")] });
  return { state, id: state.world.snapshot.attestations[0]?.id ?? "" };
}

const revokeTreaty = (treatyId: string, reason = "relationship_ended"): AdminAction => {
  return { action: "revoke_treaty", treatyId, reason };
};
const revokeAttestation = (attestationId: string, reason = "key_lost"): AdminAction => {
  return { action: "revoke_attestation", attestationId, reason };
};

describe("a treaty", () => {
  test("is revoked in one generation, with one event", () => {
    const { state, id } = withTreaty();
    const before = state.writer.generation();
    const { answer, generation } = state.ask(revokeTreaty(id));
    expect(answer).toEqual({
      status: 200,
      body: { treaty_id: id, status: "revoked", lineage_ids: [id] },
    });
    expect(generation).toBe(before + 1);
    expect(state.writer.treaty(id)).toMatchObject({
      status: "revoked",
      revokedAt: "2026-11-23T00:00:00+00:00",
      reason: "relationship_ended",
    });
    expect(state.audit("recognition_treaty_revoked")).toEqual([
      { treaty_id: id, reason: "relationship_ended", by: "root", remote_addr: "192.0.2.1" },
    ]);
  });

  test("that another sovereign issued is revoked too", () => {
    const { state } = withTreaty();
    const id = foreignTreaty(state.world, "GLOBEX", "INITECH");
    state.ask(revokeTreaty(id));
    expect(state.writer.treaty(id)?.status).toBe("revoked");
  });

  test("that is revoked already keeps its reason, and changes nothing", () => {
    const { state, id } = withTreaty();
    state.ask(revokeTreaty(id));
    const { answer, generation } = state.ask(revokeTreaty(id, "another reason"));
    expect(answer.body).toMatchObject({ status: "revoked", lineage_ids: [id] });
    expect(generation).toBeNull();
    expect(state.writer.treaty(id)?.reason).toBe("relationship_ended");
    expect(state.audit("recognition_treaty_revoked")).toHaveLength(1);
    expect(state.nonces).toHaveLength(2);
  });

  test("that nobody knows: 404, and the nonce is spent", () => {
    const { state } = withTreaty();
    expectError("treaty_not_found", () => state.ask(revokeTreaty("none")));
    expect(state.nonces).toHaveLength(1);
    expect(state.audit("admin_request_refused")).toEqual([
      { action: "revoke_treaty", reason: "treaty_not_found", by: "root", remote_addr: "192.0.2.1" },
    ]);
  });

  test("may name its successor where that one stands, as the reference's renew does", () => {
    const { state, id } = withTreaty();
    const successor = foreignTreaty(state.world, "ACME", "GLOBEX", "authority");
    const other = foreignTreaty(state.world, "ACME", "INITECH", "authority");
    for (const name of ["none", "", id, other])
      expectError("bad_request", () => state.ask(revokeTreaty(id, `renewed_by:${name}`)));
    state.ask(revokeTreaty(id, `renewed_by:${successor}`));
    expect(state.writer.treaty(id)?.reason).toBe(`renewed_by:${successor}`);
  });

  test("may not name a successor that is revoked", () => {
    const { state, id } = withTreaty();
    const successor = foreignTreaty(state.world, "ACME", "GLOBEX", "authority");
    state.ask(revokeTreaty(successor));
    expectError("bad_request", () => state.ask(revokeTreaty(id, `replaced_by:${successor}`)));
    expect(state.writer.treaty(id)?.status).toBe("active");
  });
});

test.each([
  ["empty", ""],
  ["too long", "x".repeat(1025)],
  ["a line break", "a\nb"],
  ["a line separator", "a\u2028b"],
  ["half a character", "a\ud800"],
])("a reason that is %s is refused by each revocation", (_case, reason) => {
  const { state, id } = withTreaty();
  const key = { action: "revoke_operator_key", keyId: "clerk", reason } as const;
  for (const action of [revokeTreaty(id, reason), revokeAttestation("a", reason), key])
    expectError("bad_request", () => state.ask(action));
  expect(state.writer.treaty(id)?.status).toBe("active");
});

test("a reason of 1024 characters that are not ASCII is taken", () => {
  const { state, id } = withTreaty();
  state.ask(revokeTreaty(id, "é".repeat(1024)));
  expect(state.writer.treaty(id)?.reason).toBe("é".repeat(1024));
});

describe("an attestation", () => {
  test("is revoked in one generation with the feed that says so", () => {
    const { state, id } = withAttestation();
    const before = state.writer.publishedFeed();
    const { answer, generation } = state.ask(revokeAttestation(id));
    expect(answer).toEqual({
      status: 200,
      body: { attestation_id: id, status: "revoked", lineage_ids: [id] },
    });
    expect(state.writer.attestation(id)).toMatchObject({ status: "revoked", reason: "key_lost" });
    const published = state.writer.publishedFeed();
    const feed = parseFeed(parseJson(published?.json ?? ""));
    expect(published?.sequence).toBe((before?.sequence ?? 0) + 1);
    expect(feed.body.revocation_reasons).toEqual({ [id]: "key_lost" });
    expect(signatureHolds(feed, [keyOf("authority").publicKey])).not.toBeNull();
    expect(generation).toBe(state.writer.generation());
    expect(state.audit("membership_attestation_revoked")).toEqual([
      { attestation_id: id, reason: "key_lost", by: "root", remote_addr: "192.0.2.1" },
    ]);
    expect(state.audit("sovereign_revocation_feed_published").at(-1)).toMatchObject({
      sequence: published?.sequence,
      revoked_count: 1,
    });
  });

  test("that is revoked already needs no feed", () => {
    const { state, id } = withAttestation();
    state.ask(revokeAttestation(id));
    const feed = state.writer.publishedFeed();
    expect(state.ask(revokeAttestation(id, "again")).generation).toBeNull();
    expect(state.writer.publishedFeed()).toEqual(feed);
  });

  test("that nobody knows: 404; one with a successor in its reason: 400", () => {
    const { state, id } = withAttestation();
    expectError("attestation_not_found", () => state.ask(revokeAttestation("none")));
    expectError("bad_request", () => state.ask(revokeAttestation(id, `replaced_by:${id}`)));
    expect(state.writer.attestation(id)?.status).toBe("active");
  });

  test.each(["intruder", null])("stays, and so does the nonce, with the key %s", (label) => {
    const { state, id } = withAttestation();
    const { tools } = state;
    const failure = new Error("no key");
    state.tools = {
      ...tools,
      key: () => {
        if (label === null) throw failure;
        return keyOf(label);
      },
    };
    if (label === null) expect(() => state.ask(revokeAttestation(id))).toThrow(failure);
    else expectError("authority_key_mismatch", () => state.ask(revokeAttestation(id)));
    expect(state.writer.attestation(id)?.status).toBe("active");
    expect(state.nonces).toEqual([]);
  });
});
