import { describe, expect, test } from "vitest";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { parsePublicKey } from "../../../src/protocol/public-key.js";
import { craft, scalarOf, smallOrderSpellings, toBytes } from "./crafted-signatures.js";
import { codeOf } from "./expectations.js";

const P = 2n ** 255n - 19n;

function keyWith(torsion: number): string {
  return encodeBase64(craft({ a: scalarOf("key"), i: torsion, r: 0n, j: 0 }, new Uint8Array()).key);
}

describe("parsePublicKey", () => {
  test("a key is its own canonical text, each time it is asked", () => {
    const text = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
    expect([parsePublicKey(text), parsePublicKey(text)]).toEqual([text, text]);
  });

  test("a key of mixed order is a key, as for libsodium", () => {
    for (let torsion = 0; torsion < 8; torsion++)
      expect(parsePublicKey(keyWith(torsion))).toBe(keyWith(torsion));
  });

  test("points of small order are refused in every spelling", () => {
    for (const spelling of smallOrderSpellings())
      expect(codeOf(() => parsePublicKey(encodeBase64(spelling)))).toBe("bad_public_key");
  });

  test.each([
    ["y = p + 3", toBytes(P + 3n), "canonical"],
    ["y = 2^255 - 1", toBytes(2n ** 255n - 1n), "canonical"],
    ["y = p + 3 with a sign", toBytes(P + 3n + 2n ** 255n), "canonical"],
    ["y = 2, off the curve", toBytes(2n), "not a point"],
    ["y = 1", toBytes(1n), "small order"],
    ["31 bytes", toBytes(0n).subarray(1), "32 bytes"],
    ["33 bytes", new Uint8Array(33), "32 bytes"],
    ["no bytes", new Uint8Array(), "32 bytes"],
  ])("refuses %s and says why", (_name, bytes, why) => {
    expect(codeOf(() => parsePublicKey(encodeBase64(bytes)))).toBe("bad_public_key");
    expect(() => parsePublicKey(encodeBase64(bytes))).toThrow(why);
  });

  test.each([
    ["no padding", (text: string) => text.slice(0, -1)],
    ["the alphabet of URLs", (text: string) => text.replace("/", "_")],
    ["a line end", (text: string) => `${text}\n`],
    ["bits behind the last byte", (text: string) => text.replace("g=", "h=")],
    ["hex", (text: string) => Buffer.from(text, "base64").toString("hex")],
  ])("refuses %s", (_name, spell) => {
    expect(
      codeOf(() => parsePublicKey(spell("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="))),
    ).toBe("bad_public_key");
  });
});
