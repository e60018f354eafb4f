import { describe, expect, test } from "vitest";
import { verifyFeed } from "../../../src/protocol/verify.js";
import { feed, signed, signer } from "./signer.js";

const south = signer("south");
const stranger = signer("stranger");
const southKeys = [south.publicKey];

describe("verifyFeed", () => {
  test.each([
    ["wrong_issuer", signed(feed), { issuer: "EAST", highestSequence: 9 }],
    ["stale_sequence", signed(feed), { issuer: "SOUTH", highestSequence: 9 }],
    ["stale_sequence", signed(feed), { highestSequence: 7 }],
    ["stale_sequence", signed(feed), { highestSequence: 7n }],
    ["missing_signature", signed(feed), { highestSequence: 6 }],
    ["invalid_signature", signed(feed, stranger), {}],
    ["accepted", signed(feed, south), { issuer: "SOUTH", highestSequence: 6n }],
    ["accepted", signed({ ...feed, sequence: 0 }, south), {}],
    ["stale_sequence", signed({ ...feed, sequence: 0 }, south), { highestSequence: 0 }],
    [
      "accepted",
      signed({ ...feed, sequence: 2n ** 64n - 1n }, south),
      { highestSequence: 2n ** 64n - 2n },
    ],
  ])("%s", (reason, document, options) => {
    expect(verifyFeed(document, southKeys, options)).toMatchObject({
      accepted: reason === "accepted",
      reason,
    });
  });

  test("without options only the signature counts", () => {
    expect(verifyFeed(signed(feed, south), southKeys).reason).toBe("accepted");
  });
});
