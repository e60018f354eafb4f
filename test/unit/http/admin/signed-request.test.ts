import { expect, test } from "vitest";
import { decodedPath, decodedQuery } from "../../../../src/http/admin/signed-target.js";
import { JsonFloat } from "../../../../src/model/json.js";
import { verifySignature } from "../../../../src/protocol/ed25519.js";
import {
  legacySignedBytes,
  signedBytes,
  type SignedRequest,
} from "../../../../src/protocol/signed-request.js";

/** The worked example of protocol.md 7. */
const REQUEST: SignedRequest = {
  method: "POST",
  path: "/admin/recognition-treaties/00000000-0000-4000-8000-000000000001/revoke",
  query: {},
  audience: "Kay64UG8yvCyLhqU000LxzYeUm0L/hLIl5S8kyKWbdc=",
  body: { reason: "relationship_ended" },
  keyId: "key-a",
  nonce: "00000000-0000-4000-8000-0000000000a1",
  timestamp: "2026-10-05T00:00:00+00:00",
};
const KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const SIGNATURE =
  "lKqx2VJ70VqRomZ27C9LPm+cL02mLPXl0KVfHRfzBm0dJ3TaQUud2TWKEgwh4omKItMbDwJN0092pW+asmZ/BQ==";

test("the signature of the worked example holds", () => {
  expect(verifySignature(signedBytes(REQUEST), SIGNATURE, KEY)).toBe(true);
});

test.each<Partial<SignedRequest>>([
  { method: "PUT" },
  { path: "/admin/recognition-treaties/00000000-0000-4000-8000-000000000002/revoke" },
  { query: { a: [""] } },
  { audience: KEY },
  { body: {} },
  { keyId: "key-b" },
  { nonce: "00000000-0000-4000-8000-0000000000a2" },
  { timestamp: "2026-10-05T00:00:00Z" },
])("it does not hold with %j", (changed) => {
  expect(verifySignature(signedBytes({ ...REQUEST, ...changed }), SIGNATURE, KEY)).toBe(false);
});

test("a float is signed as it is written by Python", () => {
  const text = Buffer.from(signedBytes({ ...REQUEST, body: { n: new JsonFloat(1) } })).toString();
  expect(text).toContain('"body":{"n":1.0}');
});

test("version 1 covers neither method nor path, query or audience", () => {
  const other = { ...REQUEST, method: "GET", path: "/", query: { a: ["b"] }, audience: KEY };
  expect(legacySignedBytes(other)).toEqual(legacySignedBytes(REQUEST));
  expect(Buffer.from(legacySignedBytes(REQUEST)).toString()).toBe(
    '{"body":{"reason":"relationship_ended"},"key_id":"key-a","nonce":"00000000-0000-4000-8000-0000000000a1","timestamp":"2026-10-05T00:00:00+00:00"}',
  );
});

test.each([
  ["/attestations", {}],
  ["/attestations?", {}],
  ["/attestations?a=1&b=2&a=3", { a: ["1", "3"], b: ["2"] }],
  ["/attestations?a=x+y%2Bz", { a: ["x y+z"] }],
  ["/attestations?a&=b&&c=", { a: [""], "": ["b"], c: [""] }],
  ["/attestations?a=%C3%A9", { a: ["é"] }],
  ["/attestations?a=b=c?d", { a: ["b=c?d"] }],
])("the query of %s", (target, query) => {
  expect({ ...decodedQuery(target) }).toEqual(query);
});

test("__proto__ is a name like any other", () => {
  expect(Object.keys(decodedQuery("/?__proto__=1"))).toEqual(["__proto__"]);
});

test.each([
  ["/admin/a%20b/revoke?x=%20", "/admin/a b/revoke"],
  ["/admin/a%2Fb", "/admin/a/b"],
  ["/admin/a%3Fb#c", "/admin/a?b"],
  ["/admin/a+b", "/admin/a+b"],
  ["/admin/%ff", null],
])("the path of %s", (target, path) => {
  expect(decodedPath(target)).toBe(path);
});
