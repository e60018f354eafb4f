import { describe, expect, test } from "vitest";
import type {
  DocumentStatus,
  RecognitionTreaty,
  Unverified,
} from "../../../src/model/documents.js";
import { signatureHolds, verifyTreaty } from "../../../src/protocol/verify.js";
import { attestation, feed, signed, signer, treaty } from "./signer.js";
import { edges, inside, late } from "./window.js";

const north = signer("north");
const south = signer("south");
const stranger = signer("stranger");
const northKeys = [north.publicKey];
const southKeys = [south.publicKey];

describe("verifyTreaty", () => {
  /** A treaty that every rule refuses; each row below mends one more fault and meets the next rule. */
  const hopeless: Unverified<RecognitionTreaty> = signed({ ...treaty, status: "suspended" });
  const everyRule = {
    now: late,
    issuer: "WEST",
    subject: "EAST",
    revoked: new Set([treaty.treaty_id]),
  };

  test.each([
    ["wrong_issuer", hopeless, everyRule],
    ["wrong_subject", hopeless, { ...everyRule, issuer: "NORTH" }],
    ["locally_revoked", hopeless, { ...everyRule, issuer: "NORTH", subject: "SOUTH" }],
    ["bad_status", hopeless, { now: late, revoked: new Set(["another"]) }],
    ["outside_validity_window", signed(treaty), { now: late }],
    ["missing_signature", signed(treaty), { now: inside }],
    ["invalid_signature", signed(treaty, stranger), { now: inside }],
    [
      "accepted",
      signed(treaty, north),
      { now: inside, issuer: "NORTH", subject: "SOUTH", revoked: new Set<string>() },
    ],
  ])("%s", (reason, document, options) => {
    expect(verifyTreaty(document, northKeys, options)).toMatchObject({
      accepted: reason === "accepted",
      reason,
    });
  });

  test.each(edges(treaty.valid_from, treaty.expires_at))(
    "five minutes of skew: %s moment",
    (_name, now, isInside) => {
      expect(verifyTreaty(signed(treaty, north), northKeys, { now }).reason).toBe(
        isInside ? "accepted" : "outside_validity_window",
      );
    },
  );

  test("an accepted treaty is the document itself", () => {
    const document = signed(treaty, north);
    const decision = verifyTreaty(document, northKeys, { now: inside });
    expect(decision.accepted && decision.document).toBe(document);
  });

  test("an empty name is expected like any other", () => {
    expect(verifyTreaty(signed(treaty, north), northKeys, { now: inside, issuer: "" }).reason).toBe(
      "wrong_issuer",
    );
    expect(
      verifyTreaty(signed(treaty, north), northKeys, { now: inside, subject: "" }).reason,
    ).toBe("wrong_subject");
  });

  test.each<DocumentStatus>(["suspended", "revoked"])(
    "a treaty that is %s is refused although it is signed",
    (status) => {
      expect(
        verifyTreaty(signed({ ...treaty, status }, north), northKeys, { now: inside }).reason,
      ).toBe("bad_status");
    },
  );
});

describe("signatures", () => {
  const now = inside;

  test("any signature under any key will do", () => {
    const document = signed(treaty, stranger, north);
    expect(verifyTreaty(document, [south.publicKey, north.publicKey], { now }).reason).toBe(
      "accepted",
    );
    expect(verifyTreaty(document, southKeys, { now }).reason).toBe("invalid_signature");
  });

  test("a key id is a label and proves nothing", () => {
    const [signature] = signed(treaty, stranger).signatures;
    const named = { body: treaty, signatures: [{ key_id: "north", sig: signature?.sig ?? "" }] };
    expect(verifyTreaty(named, northKeys, { now }).reason).toBe("invalid_signature");
  });

  test("no key, an empty key and a bad key verify nothing", () => {
    for (const keys of [[], [""], ["AAAA"], ["A".repeat(44)]]) {
      expect(verifyTreaty(signed(treaty, north), keys, { now }).reason).toBe("invalid_signature");
    }
  });

  test("a bad key or signature beside a good one does no harm", () => {
    const document = signed(treaty, north);
    const crowded = { body: treaty, signatures: [{ key_id: "", sig: "" }, ...document.signatures] };
    expect(verifyTreaty(crowded, ["", ...northKeys], { now }).reason).toBe("accepted");
  });

  test("a signature of one document does not fit another", () => {
    const moved = {
      body: { ...treaty, subject_sovereign_id: "EAST" },
      signatures: signed(treaty, north).signatures,
    };
    expect(signatureHolds(moved, northKeys)).toBeNull();
    expect(
      signatureHolds(
        { body: attestation, signatures: signed(treaty, north).signatures },
        northKeys,
      ),
    ).toBeNull();
  });

  test("signatureHolds gives the document or null", () => {
    const document = signed(feed, south);
    expect(signatureHolds(document, southKeys)).toBe(document);
    expect(signatureHolds(document, northKeys)).toBeNull();
    expect(signatureHolds(signed(feed), southKeys)).toBeNull();
  });
});
