import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonFloat } from "../../../src/model/json.js";
import type { JsonValue } from "../../../src/model/json.js";
import { canonicalJson, prettyJson } from "../../../src/protocol/canonical.js";
import { parseJson } from "../../../src/protocol/json.js";
import cases from "../../vectors/protocol/canonical.json" with { type: "json" };
import { jsonValues, reversed } from "./json-values.js";
import { codeOf } from "./expectations.js";

describe("canonicalJson", () => {
  test.each(cases)("$name", ({ input, canonical }) => {
    expect(canonicalJson(parseJson(input))).toBe(canonical);
  });

  test("key order never changes the bytes", () => {
    fc.assert(
      fc.property(jsonValues, (value) => canonicalJson(reversed(value)) === canonicalJson(value)),
    );
  });

  test("what it writes reads back as the same value", () => {
    fc.assert(
      fc.property(jsonValues, (value) => deepStrictEqual(parseJson(canonicalJson(value)), value)),
    );
  });

  test("it writes printable ASCII only", () => {
    fc.assert(fc.property(jsonValues, (value) => /^[ -~]*$/.test(canonicalJson(value))));
  });

  test("a member name is escaped the same the second time it is met", () => {
    const value = { 'a"b': 1, "c\u00e9": 2 };
    expect([canonicalJson(value), canonicalJson(value)]).toEqual([
      String.raw`{"a\"b":1,"c\u00e9":2}`,
      String.raw`{"a\"b":1,"c\u00e9":2}`,
    ]);
  });

  test("nesting of 64 is written, of 65 refused", () => {
    expect(canonicalJson(nested(64))).toBe("[".repeat(64) + "]".repeat(64));
    expect(codeOf(() => canonicalJson(nested(65)))).toBe("invalid_json");
  });

  test("a value that contains itself is refused", () => {
    const loop: JsonValue[] = [];
    loop.push(loop);
    expect(codeOf(() => canonicalJson(loop))).toBe("invalid_json");
  });

  test.each([
    ["a lone high surrogate", "a\ud800b", "lone_surrogate"],
    ["a lone low surrogate", "\udc00", "lone_surrogate"],
    ["a lone surrogate in a key", { "\ud800": 1 }, "lone_surrogate"],
    ["an integer that is not exact", 2 ** 53, "integer_out_of_range"],
    ["an integer above 2^64 - 1", 2n ** 64n, "integer_out_of_range"],
    ["an integer below -2^63", -(2n ** 63n) - 1n, "integer_out_of_range"],
    ["a float that is not marked", 0.5, "invalid_json"],
    ["NaN", NaN, "non_finite_number"],
    ["Infinity", Infinity, "non_finite_number"],
    ["NaN as a float", new JsonFloat(NaN), "non_finite_number"],
    ["-Infinity as a float", new JsonFloat(-Infinity), "non_finite_number"],
    ["the integer -0", -0, "negative_zero"],
  ] as const)("refuses %s", (_name, value, code) => {
    expect(codeOf(() => canonicalJson(value))).toBe(code);
    expect(codeOf(() => prettyJson([value]))).toBe(code);
  });

  test.each([
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", new Uint8Array(2)],
    ["a member that is undefined", { a: undefined }],
    ["a hole in an array", Array.from({ length: 2 })],
    ["a function", () => 1],
  ])("refuses %s, which is not JSON, even when the compiler did not see it", (_name, value) => {
    expect(codeOf(() => canonicalJson(smuggled(value)))).toBe("invalid_json");
  });
});

describe("prettyJson", () => {
  test("two spaces, sorted keys, canonical scalars", () => {
    const value = { b: [1, new JsonFloat(1)], a: { "\u00e9": [], o: {} } };
    expect(prettyJson(value)).toBe(
      [
        "{",
        '  "a": {',
        '    "o": {},',
        String.raw`    "\u00e9": []`,
        "  },",
        '  "b": [',
        "    1,",
        "    1.0",
        "  ]",
        "}",
      ].join("\n"),
    );
  });

  test("it says the same as the canonical form", () => {
    fc.assert(
      fc.property(
        jsonValues,
        (value) => canonicalJson(parseJson(prettyJson(value))) === canonicalJson(value),
      ),
    );
  });
});

function nested(depth: number): JsonValue {
  let value: JsonValue = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

/** As a value that came through an untyped door. */
function smuggled(value: unknown): JsonValue {
  return Object.assign({ value: null }, { value: value as JsonValue }).value;
}
