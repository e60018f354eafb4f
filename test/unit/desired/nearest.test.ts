import { expect, test } from "vitest";
import { nearest, suggestion } from "../../../src/desired/nearest.js";

test.each([
  ["allowedRole", ["subject", "allowedRoles", "acceptedStatuses"], "allowedRoles"],
  ["glbex", ["globex", "initech"], "globex"],
  ["golbex", ["globex", "initech"], "globex"],
  ["GLOBEX", ["globex", "initech"], "globex"],
  ["kidn", ["kind"], "kind"],
  ["globex", ["initech", "hooli"], null],
  ["ab", ["cd"], null],
  ["", ["a"], "a"],
  ["anything", [], null],
])("the nearest to %j of %j is %j", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test("two neighbours that changed places are one edit", () => {
  expect(nearest("abc", ["bac"])).toBe("bac");
  expect(nearest("abc", ["cab"])).toBeNull();
});

test("a word of unreasonable length is not compared", () => {
  expect(nearest("a".repeat(129), ["a".repeat(129)])).toBeNull();
});

test("few candidates are listed when none is near, many are not", () => {
  expect(suggestion("x", ["one", "two"], "otherwise")).toBe("known here: one, two");
  expect(suggestion("x", [], "otherwise")).toBe("otherwise");
  expect(
    suggestion(
      "x",
      Array.from({ length: 13 }, (_, index) => `name-${index}`),
      "otherwise",
    ),
  ).toBe("otherwise");
});
