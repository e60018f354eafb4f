import { expect, test } from "vitest";
import { BoundedCache } from "../../../src/protocol/bounded-cache.js";

test("a value is made once while it is kept, and the oldest makes room", () => {
  const made: string[] = [];
  const cache = new BoundedCache<string>(2);
  const get = (key: string): string =>
    cache.get(key, (name) => {
      made.push(name);
      return name.toUpperCase();
    });
  expect(["a", "b", "a", "c", "b", "a"].map(get)).toEqual(["A", "B", "A", "C", "B", "A"]);
  expect(made).toEqual(["a", "b", "c", "a"]);
});

test("a failure is not kept", () => {
  const cache = new BoundedCache<string>(2);
  expect(() =>
    cache.get("a", () => {
      throw new Error("once");
    }),
  ).toThrow("once");
  expect(cache.get("a", () => "later")).toBe("later");
});
