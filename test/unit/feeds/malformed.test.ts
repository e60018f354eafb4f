import { expect, test } from "vitest";
import { judgeFeed } from "../../../src/feeds/judge.js";
import { parseFeed } from "../../../src/protocol/documents.js";
import { parseJson } from "../../../src/protocol/json.js";
import { AT_7, judge, trial } from "../../helpers/judged.js";

const spoil = (from: string, to: string): string => {
  expect(AT_7).toContain(from);
  return AT_7.replace(from, to);
};

test.each([
  ["not JSON", "<html>"],
  ["nothing", ""],
  ["no object", "[]"],
  ["duplicate keys", spoil('"sequence":7', '"sequence":7,"sequence":7')],
  ["text after it", `${AT_7}{}`],
  ["NaN", spoil('"sequence":7', '"sequence":NaN')],
  ["a float", spoil('"sequence":7', '"sequence":7.0')],
  ["a negative sequence", spoil('"sequence":7', '"sequence":-7')],
  ["a sequence over 64 bits", spoil('"sequence":7', '"sequence":18446744073709551616')],
  ["500,000 arrays deep", "[".repeat(500_000)],
  ["a lone surrogate", spoil('"left"', String.raw`"\ud800"`)],
  [
    "a reason for what is not revoked",
    spoil('"revoked_attestation_ids":["a","b"]', '"revoked_attestation_ids":["a"]'),
  ],
  ["no time zone", spoil("2026-01-01T00:00:00Z", "2026-01-01T00:00:00")],
  ["no feed id", spoil('"feed_id":"feed-7",', "")],
  ["an empty feed id", spoil("feed-7", "")],
  ["a feed id for terminals", spoil("feed-7", String.raw`feed\u001b[2J`)],
  ["an endless feed id", spoil("feed-7", "f".repeat(257))],
])("%s", (_what, json) => {
  expect(judge(json)).toMatchObject({ result: "malformed", feed: null, evidence: null });
});

test("bytes that are not UTF-8", () => {
  const bytes = Buffer.concat([Buffer.from(AT_7), Buffer.from([0xff])]);
  expect(judgeFeed(bytes, trial())).toMatchObject({ result: "malformed" });
});

test("the message is short, whatever the text holds", () => {
  const verdict = judge(`{"${"k".repeat(5000)}":1,"${"k".repeat(5000)}":1}`);
  expect("message" in verdict ? verdict.message.length : 0).toBeLessThanOrEqual(200);
});

const signature = parseFeed(parseJson(AT_7)).signatures[0]?.sig ?? "";

test.each([
  ["junk", `${signature.slice(0, 20)}\\n${signature.slice(20)}`],
  ["no padding", signature.replace(/=+$/, "")],
  ["tail bits that are not zero", signature.replace(/.==$/, (end) => `${nextLetter(end[0])}==`)],
  ["URL-safe letters", signature.replaceAll("+", "-").replaceAll("/", "_")],
  ["63 bytes", Buffer.from(signature, "base64").subarray(0, 63).toString("base64")],
  [
    "65 bytes",
    Buffer.concat([Buffer.from(signature, "base64"), Buffer.alloc(1)]).toString("base64"),
  ],
])("base64 with %s is no signature", (_what, sig) => {
  expect(sig).not.toBe(signature);
  expect(judge(spoil(signature, sig))).toMatchObject({ result: "invalid_signature" });
});

/** The next letter of base64's alphabet: the same bits above, another one below. */
function nextLetter(letter = "A"): string {
  return String.fromCharCode(letter.charCodeAt(0) + 1);
}
