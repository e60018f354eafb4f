/** Cursors come back as they were given, and nothing else is taken for one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeCursor, parseCursor } from "../../../src/http/page-cursor.js";

test("a cursor names the position it was made of", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 64 }), fc.string({ maxLength: 64 }), (issuedAt, id) => {
      expect(parseCursor(encodeCursor({ issuedAt, id }))).toEqual({ issuedAt, id });
    }),
  );
});

const base64url = (text: string): string => Buffer.from(text).toString("base64url");

test.each([
  ["an empty text", ""],
  ["no base64url", "!!!"],
  ["no JSON", base64url("[")],
  ["no pair", base64url('["a"]')],
  ["three members", base64url('["a","b","c"]')],
  ["no texts", base64url("[1,2]")],
  ["an object", base64url('{"0":"a","1":"b","length":2}')],
  ["white space in it", base64url('["a", "b"]')],
  ["padding", `${encodeCursor({ issuedAt: "a", id: "b" })}=`],
  ["too much of it", encodeCursor({ issuedAt: "a", id: "b".repeat(2000) })],
])("refuses %s", (_, text) => {
  expect(() => parseCursor(text)).toThrow(expect.objectContaining({ code: "bad_request" }));
});
