import { describe, expect, test } from "vitest";
import {
  isCanonicalPoint,
  isCanonicalScalar,
  isSmallOrderPoint,
} from "../../../src/protocol/ed25519-encoding.js";
import { smallOrderSpellings, toBytes } from "./crafted-signatures.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGN = 2n ** 255n;

describe("the encodings of points and scalars", () => {
  test.each([
    [0n, true],
    [1n, true],
    [P - 1n, true],
    [P, false],
    [P + 1n, false],
    [P + 18n, false],
    [P - 2n ** 128n, true],
    [2n ** 254n + 0xffn, true],
  ])("y = %d is canonical: %s", (y, isCanonical) => {
    expect(isCanonicalPoint(toBytes(y))).toBe(isCanonical);
    expect(isCanonicalPoint(toBytes(y + SIGN))).toBe(isCanonical);
  });

  test.each([
    [0n, true],
    [L - 1n, true],
    [L, false],
    [L + 1n, false],
    [L + 2n ** 248n, false],
    [2n ** 252n, true],
    [2n ** 253n, false],
    [2n ** 256n - 1n, false],
  ])("S = %d is canonical: %s", (s, isCanonical) => {
    expect(isCanonicalScalar(toBytes(s))).toBe(isCanonical);
  });

  test("every spelling of a point of small order is not canonical or known as one", () => {
    const known = smallOrderSpellings().filter((bytes) => isSmallOrderPoint(bytes));
    expect(known).toHaveLength(10);
    expect(
      smallOrderSpellings().filter((bytes) => isCanonicalPoint(bytes) && !isSmallOrderPoint(bytes)),
    ).toEqual([]);
    expect(isSmallOrderPoint(toBytes(2n))).toBe(false);
  });

  test("looking at a point does not change its bytes", () => {
    const bytes = toBytes(SIGN + 1n);
    isSmallOrderPoint(bytes);
    expect(bytes).toEqual(toBytes(SIGN + 1n));
  });
});
