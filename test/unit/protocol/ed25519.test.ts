import { hash } from "node:crypto";
import { hashes, verify as verifyZip215 } from "@noble/ed25519";
import { describe, expect, test } from "vitest";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import {
  verifySignature,
  verifyWithRuntime,
  verifyWithSodium,
} from "../../../src/protocol/ed25519.js";
import type { SignatureVerifier } from "../../../src/protocol/ed25519.js";
import { parseJson } from "../../../src/protocol/json.js";
import admin from "../../vectors/protocol/admin-signature.json" with { type: "json" };
import rfc8032 from "../../vectors/protocol/ed25519-rfc8032.json" with { type: "json" };
import {
  craft,
  craftWith,
  equationHolds,
  libsodiumAccepts,
  scalarOf,
  smallOrderSpellings,
  toBytes,
} from "./crafted-signatures.js";
import type { Crafted } from "./crafted-signatures.js";

hashes.sha512 = (message) => hash("sha512", message, "buffer");

const implementations: [string, SignatureVerifier][] = [["the runtime", verifyWithRuntime]];
if (verifyWithSodium !== null) implementations.push(["libsodium", verifyWithSodium]);

const P = 2n ** 255n - 19n;
const a = scalarOf("a");
const r = scalarOf("r");
const MESSAGE = Buffer.from("hello");
const honest = craft({ a, i: 0, r, j: 0 }, MESSAGE);

/**
 * The twelve classes of ed25519-speccheck. Whether the bare equation holds and whether ZIP 215 takes them shows that each
 * is refused for the rule it is named after, and not for being noise.
 */
const SPECCHECK: [name: string, crafted: Crafted, equation: boolean, zip215: boolean][] = [
  ["0: A and R of small order, S = 0", craftWith({ a: 0n, i: 1, r: 0n, j: 3 }, true), true, true],
  ["1: A of small order", craftWith({ a: 0n, i: 1, r, j: 2 }, true), true, true],
  ["2: R of small order", craftWith({ a, i: 1, r: 0n, j: 2 }, true), true, true],
  ["3: A and R of mixed order", craftWith({ a, i: 1, r, j: 3 }, true), true, true],
  [
    "4: A and R of mixed order, only with the cofactor",
    craftWith({ a, i: 1, r, j: 3 }, false),
    false,
    true,
  ],
  [
    "5: A of mixed order, only with the cofactor",
    craftWith({ a, i: 1, r, j: 0 }, false),
    false,
    true,
  ],
  ["6: S + L", craft({ a, i: 0, r, j: 0, excess: 1n }, MESSAGE), true, false],
  ["7: S far above L", craft({ a, i: 0, r, j: 0, excess: 8n }, MESSAGE), true, false],
  [
    "8: R not canonical, y = p + 1",
    craft({ a, i: 0, r: 0n, j: 0, rBytes: toBytes(P + 1n) }, MESSAGE),
    true,
    true,
  ],
  [
    "9: R not canonical, y = 1 with a sign",
    craft({ a, i: 0, r: 0n, j: 0, rBytes: toBytes(2n ** 255n + 1n) }, MESSAGE),
    true,
    true,
  ],
  [
    "10: A not canonical, y = p + 1",
    craft({ a: 0n, i: 0, r, j: 0, keyBytes: toBytes(P + 1n) }, MESSAGE),
    true,
    true,
  ],
  [
    "11: A not canonical, y = p",
    craftWith({ a: 0n, i: 2, r, j: 4, keyBytes: toBytes(P) }, true),
    true,
    true,
  ],
];

test("the worked example of the admin signature", () => {
  expect(canonicalJson(parseJson(JSON.stringify(admin.payload)))).toBe(admin.canonical);
  expect(verifySignature(Buffer.from(admin.canonical), admin.signature, admin.publicKey)).toBe(
    true,
  );
  expect(
    verifySignature(Buffer.from(`${admin.canonical} `), admin.signature, admin.publicKey),
  ).toBe(false);
});

test("libsodium verifies wherever it loads", () => {
  expect(verifySignature).toBe(verifyWithSodium ?? verifyWithRuntime);
});

describe.each(implementations)("%s", (_name, implementation) => {
  function accepts({ message, key, signature }: Crafted): boolean {
    return implementation(message, encodeBase64(signature), encodeBase64(key));
  }

  test.each(rfc8032)("RFC 8032 7.1 $name", (vector) => {
    const [key, message, signature] = [vector.key, vector.message, vector.signature].map(fromHex);
    if (key === undefined || message === undefined || signature === undefined)
      throw new Error("unreachable");
    expect(accepts({ key, message, signature })).toBe(true);
    expect(accepts({ key, message: Buffer.concat([message, Buffer.alloc(1)]), signature })).toBe(
      false,
    );
  });

  test.each(SPECCHECK)("speccheck %s", (name, crafted) => {
    expect(accepts(crafted)).toBe(name.startsWith("3:"));
  });

  test("a key or an R of small order is refused in every spelling", () => {
    expect(smallOrderSpellings()).toHaveLength(14);
    for (const spelling of smallOrderSpellings()) {
      expect(accepts(craft({ a: 0n, i: 0, r, j: 0, keyBytes: spelling }, MESSAGE))).toBe(false);
      expect(accepts(craft({ a, i: 0, r: 0n, j: 0, rBytes: spelling }, MESSAGE))).toBe(false);
    }
  });

  test("the equation holds, or it does not: message, key, R and S all count", () => {
    expect(accepts(honest)).toBe(true);
    expect(accepts({ ...honest, message: Buffer.from("hellp") })).toBe(false);
    expect(accepts({ ...honest, key: craft({ a: a + 1n, i: 0, r, j: 0 }, MESSAGE).key })).toBe(
      false,
    );
    for (const position of [0, 31, 32, 62]) {
      const signature = Buffer.from(honest.signature);
      signature.writeUInt8(signature.readUInt8(position) ^ 1, position);
      expect(accepts({ ...honest, signature })).toBe(false);
    }
  });

  test("lengths are exact", () => {
    for (const length of [0, 32, 63, 65, 128]) {
      const signature = Buffer.alloc(length);
      signature.set(honest.signature.subarray(0, length));
      expect(accepts({ ...honest, signature })).toBe(false);
    }
    for (const length of [0, 31, 33]) {
      const key = Buffer.alloc(length);
      key.set(honest.key.subarray(0, length));
      expect(accepts({ ...honest, key })).toBe(false);
    }
  });

  test("base64 has one spelling", () => {
    const signature = encodeBase64(honest.signature);
    const key = encodeBase64(honest.key);
    expect(implementation(MESSAGE, signature, key)).toBe(true);
    for (const spell of sloppySpellings) {
      expect(implementation(MESSAGE, spell(signature), key)).toBe(false);
      expect(implementation(MESSAGE, signature, spell(key))).toBe(false);
    }
  });

  test("a key off the curve verifies nothing", () => {
    expect(accepts({ ...honest, key: toBytes(2n) })).toBe(false);
  });

  test("the message may be a view into a larger buffer", () => {
    expect(
      accepts({ ...honest, message: new Uint8Array(Buffer.from("xhellox")).subarray(1, 6) }),
    ).toBe(true);
  });
});

describe("what a verifier without the profile would take", () => {
  test.each(SPECCHECK)("%s", (_name, crafted, equation, zip215) => {
    expect(equationHolds(crafted)).toBe(equation);
    expect(verifyZip215(crafted.signature, crafted.message, crafted.key)).toBe(zip215);
  });

  test.each(SPECCHECK)("the second implementation of the profile agrees on %s", (name, crafted) => {
    expect(libsodiumAccepts(crafted)).toBe(name.startsWith("3:"));
  });
});

/** Each gives another text that a lenient decoder reads as the same bytes. */
const sloppySpellings: ((text: string) => string)[] = [
  (text) => text.replace(/=+$/, ""),
  (text) => `${text}=`,
  (text) => `${text}\n`,
  (text) => ` ${text}`,
  (text) => `${text.slice(0, 8)}\n${text.slice(8)}`,
  (text) => `${text.slice(0, -4)}-${text.slice(-3)}`,
  // The last digit before the padding carries bits that belong to no byte.
  (text) =>
    text.replace(
      /(.)(=+)$/,
      (_all, digit: string, padding: string) =>
        String.fromCharCode(digit.charCodeAt(0) + 1) + padding,
    ),
];

function fromHex(text: string): Uint8Array {
  return Buffer.from(text, "hex");
}
