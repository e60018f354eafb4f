/** Rows for the building blocks: canonical JSON, signatures, reading a document. */
import { sign } from "node:crypto";
import { parseDocument, LineCounter } from "yaml";
import { parseFile } from "../src/desired/parse.js";
import type { RecognitionTreaty } from "../src/model/documents.js";
import { canonicalJson } from "../src/protocol/canonical.js";
import { bodyJson, documentJson, signedBytes } from "../src/protocol/documents.js";
import { verifyRuntimeOnly } from "./runtime-verify.js";
import { verifySignature } from "../src/protocol/ed25519.js";
import { parseTimestamp } from "../src/protocol/instant.js";
import { signDocument } from "../src/sign/sign-document.js";
import { keyOf, LIMITS, treatyYaml } from "./fixture.js";
import { perSecond, type Row } from "./row.js";

const at = parseTimestamp("2026-11-23T00:00:00.123456Z");
const treaty: RecognitionTreaty = {
  treaty_id: "5b0c7b52-6d2e-5a2f-9a53-0b1f3d0f4a11",
  issuer_sovereign_id: "BENCH",
  subject_sovereign_id: "S1",
  subject_public_keys: [keyOf("sovereign 1").publicKey],
  scope: {
    allowed_roles: ["role:client", "role:operator"],
    accepted_statuses: ["active"],
    claims: {},
  },
  status: "active",
  issued_at: at,
  valid_from: at,
  expires_at: parseTimestamp("2026-12-23T00:00:00.123456Z"),
  issued_by: "bench-1",
  metadata: { purpose: "benchmark treaty 1" },
};
const key = keyOf("authority");
const signed = signDocument(treaty, "bench-1", key);
const bytes = signedBytes(treaty);
const yaml = new TextEncoder().encode(treatyYaml(1));

export const parts: readonly Row[] = [
  {
    name: "canonical JSON of a treaty",
    measure: async () => {
      const body = bodyJson(treaty);
      const floor = perSecond(() => JSON.stringify(body));
      const value = perSecond(() => canonicalJson(body));
      return { value, unit: "docs/s", ratio: { of: "JSON.stringify", value: value / floor } };
    },
  },
  {
    name: "sign a treaty",
    measure: async () => {
      const floor = perSecond(() => sign(null, bytes, verifyRuntimeOnly.privateKey));
      const value = perSecond(() => signDocument(treaty, "bench-1", key));
      return {
        value,
        unit: "docs/s",
        ratio: { of: "bare node:crypto sign", value: value / floor },
      };
    },
  },
  {
    name: "verify a signature",
    measure: async () => {
      const { sig } = signed.signatures[0] ?? { sig: "" };
      const floor = perSecond(() => verifyRuntimeOnly.verify(bytes, sig, key.publicKey));
      const value = perSecond(() => verifySignature(bytes, sig, key.publicKey));
      return {
        value,
        unit: "sigs/s",
        ratio: { of: "bare node:crypto verify", value: value / floor },
      };
    },
  },
  {
    name: "parse and validate a YAML document",
    measure: async () => {
      const text = treatyYaml(1);
      const floor = perSecond(() => parseDocument(text, { lineCounter: new LineCounter() }).toJS());
      const value = perSecond(() => parseFile("treaties/t1.yaml", "0".repeat(40), yaml, LIMITS));
      return { value, unit: "docs/s", ratio: { of: "bare yaml", value: value / floor } };
    },
  },
  {
    name: "signed document to JSON text",
    measure: async () => ({ value: perSecond(() => documentJson(signed)), unit: "docs/s" }),
  },
];
