/** What crosses to the thread of the controller is the same on its other side: a float, a big integer, an odd name. */
import { expect, test } from "vitest";
import {
  adminAnswer,
  adminRequest,
  answerJson,
  occurrences,
  requestJson,
} from "../../../src/controller/admin-json.js";
import type { AdminRequest } from "../../../src/model/admin.js";
import { JsonFloat } from "../../../src/model/json.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { keyOf } from "../../helpers/keys.js";
import { expectError } from "../../helpers/state.js";

const CONTENT = parseJson('{"__proto__":{"a":1},"big":18446744073709551615,"one":1.0,"𝔘":"ñ"}');

const REQUEST: AdminRequest = {
  caller: {
    keyId: "root",
    publicKey: keyOf("operator root").publicKey,
    nonce: "n",
    requestedAt: parseTimestamp("2026-11-23T00:00:00.000001Z"),
    signatureVersion: 2,
    remoteAddress: "::1",
  },
  action: { action: "save_policy", policy: CONTENT },
  requiredTier: "privileged",
};

test("a request", () => {
  const there = adminRequest(requestJson(REQUEST));
  expect(there).toMatchObject({ caller: REQUEST.caller, requiredTier: "privileged" });
  if (there.action.action !== "save_policy") expect.fail("another action");
  expect(canonicalJson(there.action.policy)).toBe(canonicalJson(CONTENT));
});

test("an answer", () => {
  const body = [CONTENT, new JsonFloat(2)];
  const there = adminAnswer(answerJson({ status: 201, body, receipt: "cHJvb2Y=" }));
  expect(there).toMatchObject({ status: 201, receipt: "cHJvb2Y=" });
  expect(canonicalJson(there.body)).toBe(canonicalJson([CONTENT, new JsonFloat(2)]));
  expectError("internal", () => adminAnswer(null));
});

test("occurrences", () => {
  const events = [{ type: "admin_auth_failed", details: { key_id: "missing" } }] as const;
  expect(occurrences(requestJson(events))).toEqual(events);
});
