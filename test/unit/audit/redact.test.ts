/** Redaction hides every sensitive field at every depth, and nothing else (protocol.md 8). */
import fc from "fast-check";
import { expect, test } from "vitest";
import { redact } from "../../../src/audit/redact.js";
import type { JsonObject, JsonValue } from "../../../src/model/json.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";

const SECRET = "canary-7f3a";
const SENSITIVE = [
  "admin_signature",
  "body",
  "invite_token",
  "na_private_key",
  "nonce",
  "operator_private_key",
  "private_key",
  "request_body",
  "signature",
  "token",
];

test.for(SENSITIVE)(
  "a field whose name contains %s in any case is replaced, whatever it holds",
  (word) => {
    for (const name of [word, word.toUpperCase(), `x_${word}_y`]) {
      for (const value of [SECRET, [SECRET], { deep: SECRET }, null, 0]) {
        expect(redact({ list: [[{ [name]: value }]] })).toEqual({
          list: [[{ [name]: "<redacted>" }]],
        });
      }
    }
  },
);

test("other fields stay as they are, even one called __proto__", () => {
  const event: JsonObject = {
    key_id: "k",
    reason: "nonces",
    public_key: "p",
    list: [1, null, [true]],
    ["__proto__"]: { a: 1 },
  };
  expect(canonicalJson(redact(event))).toBe(canonicalJson(event));
});

const name = fc.oneof(fc.string(), fc.constantFrom("id", "X-Signature", "tokens", "somebody"));
const { value } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.maxSafeInteger(),
    fc.array(tie("value")),
    tie("object"),
  ),
  object: fc.dictionary(name, tie("value")),
}));

/** Every value that a sensitive field holds is the mark, and every other leaf is the one that was there. */
function expectRedacted(before: unknown, after: unknown): void {
  if (typeof before !== "object" || before === null) {
    expect(after).toBe(before);
    return;
  }
  const [old, redacted] = [membersOf(before), membersOf(after)];
  expect([...redacted.keys()]).toEqual([...old.keys()]);
  for (const [key, item] of old) {
    const isSensitive =
      !Array.isArray(before) && SENSITIVE.some((word) => key.toLowerCase().includes(word));
    if (isSensitive) expect(redacted.get(key)).toBe("<redacted>");
    else expectRedacted(item, redacted.get(key));
  }
}

function membersOf(container: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(container ?? {}));
}

test("holds for any event", () => {
  fc.assert(
    fc.property(fc.dictionary(name, value), (event) => {
      expectRedacted(event, redact(event));
    }),
  );
});
