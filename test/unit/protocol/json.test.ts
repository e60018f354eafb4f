import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { JsonFloat } from "../../../src/model/json.js";
import { isJsonObject, parseJson, toPlain } from "../../../src/protocol/json.js";
import { codeOf, detailsOf } from "./expectations.js";

describe("parseJson", () => {
  test("integers, big integers and floats keep their kind", () => {
    expect(
      parseJson(
        "[1, -7, 9007199254740991, 9007199254740992, -9223372036854775808, 18446744073709551615]",
      ),
    ).toEqual([
      1,
      -7,
      9007199254740991,
      9007199254740992n,
      -9223372036854775808n,
      18446744073709551615n,
    ]);
    expect(parseJson("[1.0, 1e0, -0.0, 1E-400]")).toEqual([
      new JsonFloat(1),
      new JsonFloat(1),
      new JsonFloat(-0),
      new JsonFloat(0),
    ]);
  });

  test("keys of Object.prototype are only keys", () => {
    const value = parseJson(
      '{"__proto__": {"polluted": true}, "constructor": 1, "toString": null}',
    );
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(isJsonObject(value) ? value : {})).toEqual([
      "__proto__",
      "constructor",
      "toString",
    ]);
    expect("polluted" in {}).toBe(false);
  });

  test("bytes are read as UTF-8", () => {
    expect(parseJson(Buffer.from('{"é": "😀"}'))).toEqual({ é: "😀" });
  });

  test("a view into a larger buffer is read within its bounds", () => {
    expect(parseJson(new Uint8Array(Buffer.from("xx[1]yy")).subarray(2, 5))).toEqual([1]);
  });

  test("every valid text means what JSON.parse says", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        fc.pre(!/-0[^.\d]|-0$/.test(spaced) && fits(JSON.parse(text)));
        expect(toPlain(parseJson(spaced))).toEqual(toPlain(parseJson(text)));
        expect(JSON.stringify(toPlain(parseJson(spaced)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("nesting of 64 is read, of 65 refused", () => {
    expect(codeOf(() => parseJson("[".repeat(64) + "]".repeat(64)))).toBeNull();
    expect(codeOf(() => parseJson("[".repeat(65) + "]".repeat(65)))).toBe("invalid_json");
    expect(codeOf(() => parseJson('{"a":'.repeat(64) + "1" + "}".repeat(64)))).toBeNull();
    expect(codeOf(() => parseJson('{"a":'.repeat(65) + "1" + "}".repeat(65)))).toBe("invalid_json");
    expect(codeOf(() => parseJson("[".repeat(100_000)))).toBe("invalid_json");
  });

  test("an integer of a million digits is refused without being converted", () => {
    expect(codeOf(() => parseJson("9".repeat(1_000_000)))).toBe("integer_out_of_range");
  });

  test("nesting is counted anew for each sibling", () => {
    expect(
      codeOf(() => parseJson(`[${Array.from({ length: 100 }, () => "[{}]").join()}]`)),
    ).toBeNull();
  });

  test.each([
    // Text that is not JSON
    ["", "invalid_json"],
    ["  ", "invalid_json"],
    ["nul", "invalid_json"],
    ["truefalse", "invalid_json"],
    ["[1,]", "invalid_json"],
    ["[1 2]", "invalid_json"],
    ['{"a":1,}', "invalid_json"],
    ['{"a" 1}', "invalid_json"],
    ["{a:1}", "invalid_json"],
    ["{", "invalid_json"],
    ["[", "invalid_json"],
    ["'a'", "invalid_json"],
    ["// x\n1", "invalid_json"],
    ["NaN", "invalid_json"],
    ["Infinity", "invalid_json"],
    ["-Infinity", "invalid_json"],
    ["\ufeff1", "invalid_json"],
    ["\u00a01", "invalid_json"],
    ["1\u0000", "invalid_json"],
    // Strings
    ['"a', "invalid_json"],
    ['"a\nb"', "invalid_json"],
    ['"a\tb"', "invalid_json"],
    ['"\u001f"', "invalid_json"],
    [String.raw`"\x41"`, "invalid_json"],
    [String.raw`"\u12g4"`, "invalid_json"],
    [String.raw`"\u12"`, "invalid_json"],
    ['"\\', "invalid_json"],
    [String.raw`"\ud800"`, "lone_surrogate"],
    [String.raw`"\udc00"`, "lone_surrogate"],
    [String.raw`"\ud800\ud800\udc00"`, "lone_surrogate"],
    [String.raw`"\ud800x"`, "lone_surrogate"],
    [String.raw`{"\ud800": 1}`, "lone_surrogate"],
    ['"\ud800"', "lone_surrogate"],
    // Numbers
    ["-", "invalid_json"],
    ["+1", "invalid_json"],
    [".5", "invalid_json"],
    ["1.", "invalid_json"],
    ["-0.", "invalid_json"],
    ["1.e5", "invalid_json"],
    ["1e", "invalid_json"],
    ["1E+", "invalid_json"],
    ["0x10", "invalid_json"],
    ["01", "invalid_json"],
    ["-0", "negative_zero"],
    ["[-0]", "negative_zero"],
    ["1e400", "non_finite_number"],
    ["-1e400", "non_finite_number"],
    ["18446744073709551616", "integer_out_of_range"],
    ["-9223372036854775809", "integer_out_of_range"],
    // Keys
    ['{"a":1,"a":1}', "duplicate_key"],
    ['{"a":1,"b":2,"c":3,"b":4}', "duplicate_key"],
    [String.raw`{"a":1,"\u0061":2}`, "duplicate_key"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_key"],
    ['[{"a":{"b":1,"c":2,"b":3}}]', "duplicate_key"],
  ])("refuses %j as %s", (text, code) => {
    expect(codeOf(() => parseJson(text))).toBe(code);
  });

  test.each([
    ["invalid", [0x22, 0xff, 0x22]],
    ["overlong", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["cut short", [0x22, 0xf0, 0x9f, 0x98]],
    ["marked as UTF-8", [0xef, 0xbb, 0xbf, 0x31]],
    ["UTF-16", [0x31, 0x00]],
  ])("refuses bytes that are %s", (_name, bytes) => {
    expect(codeOf(() => parseJson(Uint8Array.from(bytes)))).toBe("invalid_json");
  });

  test.each([
    ['{"a":1,"a":-0}', "duplicate_key"],
    ['{"a":-0,"a":1}', "negative_zero"],
    ['[1e400,{"a":1,"a":2}', "non_finite_number"],
    [String.raw`["\ud800",18446744073709551616]`, "lone_surrogate"],
    [String.raw`"\ud800`, "invalid_json"],
    [String.raw`"\ud800\q"`, "invalid_json"],
    [String.raw`{"a":1,"a"`, "duplicate_key"],
    ["[-01]", "negative_zero"],
    ["[-0.]", "invalid_json"],
  ])("names the first fault of %j: %s", (text, code) => {
    expect(codeOf(() => parseJson(text))).toBe(code);
  });

  test("a fault says where it stands", () => {
    expect(() => parseJson('{\n  "a": 1,\n  "a": 2\n}')).toThrow(
      /key "a" stands twice \(line 3, column 3\)/,
    );
    expect(detailsOf(() => parseJson("[1,\n 01]"))).toEqual({ line: 2, column: 3 });
  });
});

describe("toPlain", () => {
  test("floats become numbers, the rest stays", () => {
    expect(toPlain(parseJson('{"a": [1.5, 2, "x", null, true, {}]}'))).toEqual({
      a: [1.5, 2, "x", null, true, {}],
    });
  });

  test("an integer that a number cannot hold is refused", () => {
    expect(codeOf(() => toPlain({ a: [9007199254740993n] }))).toBe("integer_out_of_range");
  });
});

/** Whether every integer of a value is safe, so that JSON.stringify and the protocol agree on it. */
function fits(value: unknown): boolean {
  if (typeof value === "number") return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(fits);
}
