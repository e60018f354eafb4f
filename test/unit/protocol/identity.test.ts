import { describe, expect, test } from "vitest";
import { digestOf, sha256 } from "../../../src/protocol/digest.js";
import { CONCORDAT_NAMESPACE, uuid4, uuid5 } from "../../../src/protocol/uuid.js";
import { JsonFloat } from "../../../src/model/json.js";
import { codeOf } from "./expectations.js";

describe("digests", () => {
  test("SHA-256 of text and of bytes (FIPS 180-4)", () => {
    const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(sha256("abc")).toBe(abc);
    expect(sha256(Buffer.from("abc"))).toBe(abc);
  });

  test("a value's digest is over its canonical JSON", () => {
    expect(digestOf({ b: 1, a: "é" })).toBe(sha256(String.raw`{"a":"\u00e9","b":1}`));
    expect(digestOf({ a: "é", b: 1 })).toBe(digestOf({ b: 1, a: "é" }));
    expect(digestOf(1)).not.toBe(digestOf(new JsonFloat(1)));
  });
});

describe("UUIDs", () => {
  test("version 5 (RFC 9562 A.4)", () => {
    expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  test("version 5 depends on namespace and name", () => {
    const id = uuid5(CONCORDAT_NAMESPACE, "a");
    expect(uuid5(CONCORDAT_NAMESPACE, "a")).toBe(id);
    expect(uuid5(CONCORDAT_NAMESPACE, "b")).not.toBe(id);
    expect(uuid5(id, "a")).not.toBe(id);
    expect(codeOf(() => uuid5("not-a-uuid", "a"))).toBe("internal");
  });

  test("version 4 sets only the version and the variant", () => {
    expect(uuid4(new Uint8Array(16))).toBe("00000000-0000-4000-8000-000000000000");
    expect(uuid4(new Uint8Array(16).fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(codeOf(() => uuid4(new Uint8Array(15)))).toBe("internal");
  });

  test("version 4 leaves the random bytes as they were", () => {
    const random = new Uint8Array(16);
    uuid4(random);
    expect(random).toEqual(new Uint8Array(16));
  });
});
