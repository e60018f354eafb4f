import { describe, expect, test } from "vitest";
import { proveEntry } from "../../../src/audit/prove.js";
import { verifyProof } from "../../../src/audit/verify-proof.js";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { formatProof, parseProof } from "../../../src/protocol/log/tlog-proof.js";
import { KEY, ORIGIN, VKEY, auditedLog, revocations } from "../../helpers/audited.js";
import { keyOf } from "../../helpers/keys.js";
import { codeOf } from "../protocol/expectations.js";

const log = auditedLog(revocations(23), 20);
const proof = proveEntry(log.source, 13);

describe("a proof of an entry", () => {
  test("verifies, and says what was logged", () => {
    expect(verifyProof(proof, VKEY)).toMatchObject({
      verified: true,
      source: "proof",
      origin: ORIGIN,
      size: 20,
      entries: 1,
      signed_size: 20,
      hidden: 2,
      fault: null,
      leaf: {
        index: 13,
        eventType: "recognition_treaty_revoked",
        details: { treaty_id: "treaty-13" },
      },
    });
    expect(verifyProof(proof, KEY.publicKey).verified).toBe(true);
  });

  test("verifies for every signed entry, and no other can be proved", () => {
    for (let index = 0; index < 20; index++)
      expect(verifyProof(proveEntry(log.source, index), VKEY)).toMatchObject({ verified: true });
    expect(codeOf(() => proveEntry(log.source, 20))).toBe("log_unsigned");
    expect(codeOf(() => proveEntry(log.source, 23))).toBe("log_entry_not_found");
    expect(codeOf(() => proveEntry(auditedLog(revocations(2), -1).source, 0))).toBe("log_unsigned");
  });

  test("is refused under another key", () => {
    const other = verifyProof(proof, keyOf("other").publicKey);
    expect(other).toMatchObject({
      verified: false,
      leaf: null,
      fault: { fault: "checkpoint_refused" },
    });
  });

  test("is refused for another leaf, index, or none", () => {
    const { extra, ...rest } = parseProof(proof);
    const leaf = Buffer.from(extra ?? "").toString();
    const forged = Buffer.from(leaf.replace("treaty-13", "treaty-14"));
    expect(verifyProof(formatProof({ ...rest, extra: forged }), VKEY).fault).toMatchObject({
      fault: "proof_refused",
      index: 13,
    });
    expect(verifyProof(formatProof({ ...rest, extra, index: 12 }), VKEY).fault).toMatchObject({
      fault: "proof_refused",
      index: 12,
    });
    expect(verifyProof(formatProof({ ...rest, extra: null }), VKEY).fault).toMatchObject({
      fault: "proof_refused",
    });
  });

  test("is refused with any changed character", () => {
    for (let place = 0; place < proof.length; place++) {
      const other = proof[place] === "A" ? "B" : "A";
      const changed = proof.slice(0, place) + other + proof.slice(place + 1);
      expect(
        verifyProof(changed, VKEY).verified,
        `${place} of ${encodeBase64(Buffer.from(changed))}`,
      ).toBe(false);
    }
  });
});
