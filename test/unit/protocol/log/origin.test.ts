import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { logOrigin, nextOrigin } from "../../../../src/protocol/log/origin.js";
import { isKeyName } from "../../../../src/protocol/log/vkey.js";
import { codeOf } from "../expectations.js";

describe("logOrigin", () => {
  test.each([
    ["NORTH", "NORTH/audit"],
    ["north.example_1~a-b", "north.example_1~a-b/audit"],
    ["a/b", "a%2Fb/audit"],
    ["a b+c", "a%20b%2Bc/audit"],
    ["a%2Fb", "a%252Fb/audit"],
    ["é", "%C3%A9/audit"],
  ])("of %j is %s", (sovereign, origin) => {
    expect(logOrigin(sovereign)).toBe(origin);
  });

  test("is a key name, and another one for each sovereign", () => {
    const id = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(id, id, (one, other) => {
        expect(isKeyName(logOrigin(one))).toBe(true);
        expect(logOrigin(one) === logOrigin(other)).toBe(one === other);
      }),
    );
  });
});

describe("nextOrigin", () => {
  test("counts the logs of a sovereign", () => {
    expect(nextOrigin("NORTH/audit")).toBe("NORTH/audit/2");
    expect(nextOrigin("NORTH/audit/9")).toBe("NORTH/audit/10");
  });

  test("refuses what is no log's name", () => {
    for (const name of ["NORTH", "NORTH/audit/", "NORTH/audit/02", "NORTH/audit/x"])
      expect(codeOf(() => nextOrigin(name))).toBe("log_broken");
  });
});
