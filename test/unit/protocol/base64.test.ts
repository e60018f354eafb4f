import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../src/protocol/base64.js";

describe("decodeBase64", () => {
  test("reads what encodeBase64 writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(new Uint8Array(decodeBase64(encodeBase64(bytes), bytes.length) ?? [0])).toEqual(
          bytes,
        );
      }),
    );
  });

  test("the length is exact", () => {
    const text = encodeBase64(new Uint8Array(32));
    expect(decodeBase64(text, 32)).not.toBeNull();
    for (const length of [0, 30, 31, 33, 64]) expect(decodeBase64(text, length)).toBeNull();
  });

  test.each([
    ["the alphabet of URLs", "-_-_"],
    ["no padding", "AAA"],
    ["too much padding", "AAAA===="],
    ["padding in the middle", "AA==AAAA"],
    ["white space", "AA A"],
    ["a line end", "AAA\n"],
    ["a character beyond ASCII", "AAAé"],
    ["nothing", ""],
  ])("refuses %s", (_name, text) => {
    for (const length of [1, 2, 3, 4, 5, 6]) expect(decodeBase64(text, length)).toBeNull();
  });

  test("refuses bits behind the last byte", () => {
    expect(decodeBase64("AA==", 1)).toEqual(Buffer.from([0]));
    expect(decodeBase64("AB==", 1)).toBeNull();
    expect(decodeBase64("AAB=", 2)).toBeNull();
  });

  test("a view is encoded within its bounds", () => {
    expect(encodeBase64(Uint8Array.from([9, 1, 2, 3, 9]).subarray(1, 4))).toBe("AQID");
  });
});
