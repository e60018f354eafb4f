import { describe, expect, test } from "vitest";
import { pythonFloat } from "../../../src/protocol/python-float.js";
import cases from "../../vectors/protocol/floats.json" with { type: "json" };

// `bits` are the big-endian bytes of a float, `text` is its Python repr.
describe("pythonFloat", () => {
  test.each(cases)("$text", ({ bits, text }) => {
    expect(pythonFloat(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });
});
