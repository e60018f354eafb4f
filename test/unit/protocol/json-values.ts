/** Generates JSON values of every kind the protocol knows, and shuffles them without changing their meaning. */
import fc from "fast-check";
import { JsonFloat } from "../../../src/model/json.js";
import type { JsonObject, JsonValue } from "../../../src/model/json.js";

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Whole code points of all planes, and often the few characters whose order or escape is special. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 24 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "/",
      "\u0000",
      "\u007f",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{1f600}",
    ),
    maxLength: 6,
  }),
);

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom(null, true, false),
  text,
  fc.maxSafeInteger(),
  fc.bigInt({ min: SAFE + 1n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -SAFE - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new JsonFloat(value)),
  fc
    .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -30, max: 30 }))
    .map(([digits, exponent]) => new JsonFloat(Number(`${digits}e${exponent}`))),
);

/** Objects without a prototype, as `parseJson` makes them. */
export const jsonValues: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 5 }),
    fc
      .dictionary(
        fc.oneof(text, fc.constantFrom("__proto__", "constructor", "10", "9")),
        tie("value"),
        { maxKeys: 6 },
      )
      .map(bare),
  ),
})).value;

function bare(object: { readonly [key: string]: JsonValue }): JsonObject {
  const members: Record<string, JsonValue> = { __proto__: null };
  return Object.assign(members, object);
}

/** The same value with the members of every object in reverse order. */
export function reversed(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || value instanceof JsonFloat) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return bare(Object.fromEntries(members.toReversed()));
}
