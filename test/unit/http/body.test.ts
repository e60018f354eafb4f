/** The bytes of a body are those of its text, however much of it was made before. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { finish } from "../../../src/connectome/finish.js";
import { Part } from "../../../src/connectome/json.js";
import { encodeBody } from "../../../src/http/body.js";

const LONG = Array.from({ length: 5000 }, (_, i) => `piece ${i} é \u{1F600} `);

test("parts are put together, and their bytes are known after it", () => {
  let made = 0;
  const part = new Part(function* () {
    made += 1;
    yield* LONG;
  });
  const parts = ["[", part, "]"];
  const text = `[${LONG.join("")}]`;
  const first = finish(encodeBody(parts));
  const second = finish(encodeBody(["<", ...parts, new Part(() => [])]));
  expect(first.bytes.toString()).toBe(text);
  expect(second.bytes.toString()).toBe(`<${text}`);
  expect(made).toBe(1);
  for (const { bytes, etag } of [first, second])
    expect(etag).toBe(`"${createHash("sha256").update(bytes).digest("hex")}"`);
});

test("a body of nothing is empty", () => {
  expect(finish(encodeBody([])).bytes.length).toBe(0);
});
