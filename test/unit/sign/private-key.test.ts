import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { hashes, getPublicKey, sign } from "@noble/ed25519";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PrivateKey } from "../../../src/sign/private-key.js";

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

test("signs byte for byte as another implementation does", () => {
  fc.assert(
    fc.property(seeds, fc.uint8Array({ maxLength: 300 }), (seed, message) => {
      const key = PrivateKey.fromSeed(seed);
      expect(key.publicKey).toBe(base64(getPublicKey(seed)));
      expect(key.sign(message)).toBe(base64(sign(message, seed)));
    }),
    { numRuns: 50 },
  );
});

test("gives the first vector of RFC 8032 7.1", () => {
  const seed = Buffer.from(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  );
  const key = PrivateKey.fromSeed(seed);
  expect(Buffer.from(key.publicKey, "base64").toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
  expect(Buffer.from(key.sign(Buffer.of()), "base64").toString("hex")).toBe(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
});

test("nothing prints it", () => {
  const seed = Buffer.alloc(32, 7);
  const key = PrivateKey.fromSeed(seed);
  const holder = { key, list: [key] };
  const printed = [
    String(key),
    `${key}`,
    JSON.stringify(holder),
    inspect(holder, { depth: null, showHidden: true }),
    inspect(key, { depth: null, showHidden: true, customInspect: false }),
    inspect({ ...key }),
    JSON.stringify(Object.getOwnPropertyNames(key)),
    inspect(structuredClone({ publicKey: key.publicKey })),
  ].join("\n");
  for (const form of [seed.toString("hex"), base64(seed), seed.toString("base64url"), "07, 7"]) {
    expect(printed).not.toContain(form);
  }
  expect(printed).not.toMatch(/7,\s*7,\s*7/);
  expect(String(key)).toBe("[private key]");
  expect(base64(key.exportSeed())).toBe(base64(seed));
});

test("refuses a seed of another length", () => {
  for (const length of [0, 31, 33, 64]) {
    expect(() => PrivateKey.fromSeed(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "bad_key_file" }),
    );
  }
});
