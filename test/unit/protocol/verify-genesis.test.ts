import { describe, expect, test } from "vitest";
import { verifyGenesis } from "../../../src/protocol/verify.js";
import { genesis, signed, signer } from "./signer.js";
import { edges, inside, late } from "./window.js";

const stranger = signer("stranger");

describe("verifyGenesis", () => {
  const root = signer("south root");
  const keys = [genesis.root_public_key];
  const { valid_from, valid_to } = genesis.network_authority;

  test.each([
    ["missing_signature", signed(genesis), late],
    ["invalid_signature", signed(genesis, stranger), late],
    ["outside_validity_window", signed(genesis, root), late],
    ["accepted", signed(genesis, root), inside],
  ])("%s", (reason, document, now) => {
    expect(verifyGenesis(document, keys, { now })).toMatchObject({
      accepted: reason === "accepted",
      reason,
    });
  });

  test.each(edges(valid_from, valid_to))(
    "five minutes of skew: %s moment",
    (_name, now, isInside) => {
      expect(verifyGenesis(signed(genesis, root), keys, { now }).reason).toBe(
        isInside ? "accepted" : "outside_validity_window",
      );
    },
  );

  test("without a moment the window is not looked at", () => {
    expect(verifyGenesis(signed(genesis, root), keys).reason).toBe("accepted");
  });
});
