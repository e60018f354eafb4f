/** Signed documents in the state: issued once, revoked for good, never rewritten. */
import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/state.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { auditEvent } from "../../../src/audit/events.js";
import { toInstant } from "../../../src/protocol/instant.js";
import { keyOf } from "../../helpers/keys.js";
import {
  AT,
  AT_OFFSET,
  attestation,
  batchOf,
  commit,
  expectError,
  expectRefused,
  treaty,
  treatyRecord,
  withPlainDatabase,
  withWriter,
} from "../../helpers/state.js";

const revokeTreaty = (id: string, reason: string, at = AT_OFFSET): Operation => ({
  do: "revoke_treaty",
  id,
  reason,
  at,
});

test("a treaty's columns are as the reference fills them", () => {
  withWriter((writer, path) => {
    const document = treaty("a");
    commit(writer, { do: "issue_treaty", treaty: document });
    expect(writer.treaty("a")).toEqual(treatyRecord(document));
    expect(writer.treaty("b")).toBeNull();
    const row = withPlainDatabase(path, (database) =>
      database.prepare("SELECT * FROM recognition_treaties").get(),
    );
    expect(row).toEqual({
      treaty_id: "a",
      issuer_sovereign_id: "HOME",
      subject_sovereign_id: "SUBJECT-a",
      status: "active",
      treaty_json: documentJson(document),
      issued_at: "2026-11-23T00:00:00+00:00",
      valid_from: "2026-11-23T00:00:00+00:00",
      expires_at: "2026-12-01T00:00:00.000001+00:00",
      revoked_at: null,
      revocation_reason: null,
    });
  });
});

test("an attestation's roles are written as Python prints a list", () => {
  withWriter((writer) => {
    const document = attestation("a", {
      roles: ["role:client", 'role:service:é"'],
      subject_public_key: keyOf("m").publicKey,
    });
    commit(writer, { do: "issue_attestation", attestation: document });
    expect(writer.attestation("a")).toEqual({
      id: "a",
      issuer: "HOME",
      subjectId: "member-a",
      subjectPublicKey: keyOf("m").publicKey,
      rolesJson: '["role:client", "role:service:\\u00e9\\""]',
      status: "active",
      json: documentJson(document),
      issuedAt: "2026-11-23T00:00:00+00:00",
      validFrom: "2026-11-23T00:00:00+00:00",
      expiresAt: "2026-12-01T00:00:00.000001+00:00",
      revokedAt: null,
      reason: null,
    });
    expect(writer.attestation("b")).toBeNull();
  });
});

test("counts attestations, all or by status", () => {
  withWriter((writer) => {
    const issue = (id: string): Operation => ({
      do: "issue_attestation",
      attestation: attestation(id),
    });
    commit(writer, issue("a"), issue("b"), issue("c"), {
      do: "revoke_attestation",
      id: "b",
      reason: "left",
      at: AT_OFFSET,
    });
    const counts = [
      writer.countAttestations(),
      writer.countAttestations("active"),
      writer.countAttestations("revoked"),
    ];
    expect(counts).toEqual([3, 2, 1]);
  });
});

test.for(["treaty", "attestation"] as const)(
  "issuing an id of a revoked %s again is refused",
  (kind) => {
    withWriter((writer) => {
      const issue: Operation =
        kind === "treaty"
          ? { do: "issue_treaty", treaty: treaty("a") }
          : { do: "issue_attestation", attestation: attestation("a") };
      commit(writer, issue, { do: `revoke_${kind}`, id: "a", reason: "bad", at: AT_OFFSET });
      expect(expectRefused(writer, issue)).toContain("UNIQUE");
    });
  },
);

test("a revocation stands beside the signed document, and is terminal", () => {
  withWriter((writer) => {
    const document = treaty("a");
    commit(writer, { do: "issue_treaty", treaty: document }, revokeTreaty("a", "bad"));
    const revoked = {
      ...treatyRecord(document),
      status: "revoked",
      revokedAt: AT_OFFSET,
      reason: "bad",
    };
    expect(writer.treaty("a")).toEqual(revoked);
    commit(writer, revokeTreaty("a", "bad"));
    expect(writer.treaty("a")).toEqual(revoked);
    expect(expectRefused(writer, revokeTreaty("a", "worse"))).toContain("already revoked");
    expect(expectRefused(writer, revokeTreaty("a", "bad", "2026-11-24T00:00:00+00:00"))).toContain(
      "already revoked",
    );
    expect(expectRefused(writer, revokeTreaty("b", "bad"))).toContain("there is no b");
  });
});

test("a failing operation takes back what stood before it in the batch, and its events", () => {
  withWriter((writer) => {
    const before = writer.snapshot();
    const event = auditEvent("plan_applied", {}, toInstant(AT), new Uint8Array(16));
    expectError("internal", () =>
      writer.commit(
        batchOf([{ do: "issue_treaty", treaty: treaty("a") }, revokeTreaty("b", "bad")], [event]),
        before,
      ),
    );
    expect(writer.snapshot()).toEqual(before);
    expect([...writer.auditEvents({})]).toEqual([]);
    writer.commit(batchOf([], [event]), before);
    // The second event with this id cannot be written, and so neither can the change that it records.
    expectError("internal", () =>
      writer.commit(
        batchOf([{ do: "issue_treaty", treaty: treaty("a") }], [event]),
        writer.snapshot(),
      ),
    );
    expect(writer.snapshot().treaties).toEqual([]);
  });
});
