/** Audit events have their id and time from arguments, and the reference's form. */
import { expect, test } from "vitest";
import { auditEvent } from "../../../src/audit/events.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { expectError } from "../../helpers/state.js";

const NOON = toInstant(parseTimestamp("2026-11-23T13:00:00.5+01:00"));

test("an event", () => {
  const random = Uint8Array.from({ length: 16 }, (_, index) => index * 17);
  expect(auditEvent("operator_key_revoked", { key_id: "k" }, NOON, random)).toEqual({
    event_id: "00112233-4455-4677-8899-aabbccddeeff",
    event_type: "operator_key_revoked",
    details: { key_id: "k" },
    created_at: "2026-11-23T12:00:00.500000+00:00",
  });
});

test("an id takes 16 random bytes", () => {
  expectError("internal", () => auditEvent("plan_applied", {}, NOON, new Uint8Array(15)));
});
