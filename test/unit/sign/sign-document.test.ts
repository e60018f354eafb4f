import { expect, test } from "vitest";
import { documentJson, parseGenesis, signedBytes } from "../../../src/protocol/documents.js";
import { verifySignature } from "../../../src/protocol/ed25519.js";
import { parseJson } from "../../../src/protocol/json.js";
import { PrivateKey } from "../../../src/sign/private-key.js";
import { signDocument } from "../../../src/sign/sign-document.js";

const root = PrivateKey.fromSeed(Buffer.alloc(32, 1));
const other = PrivateKey.fromSeed(Buffer.alloc(32, 2));
const { body } = parseGenesis(
  parseJson(
    JSON.stringify({
      network_name: "EXAMPLE-NA",
      network_version: "v0.1",
      root_public_key: root.publicKey,
      network_authority: {
        public_key: other.publicKey,
        valid_from: "2026-01-01T00:00:00Z",
        valid_to: "2036-01-01T00:00:00Z",
      },
      allowed_crypto_suites: ["ed25519"],
      allowed_transports: ["quic"],
      policy_manifest: { hash: "sha256:placeholder", url: null },
      bootstrap_anchors: [],
      signatures: [],
    }),
  ),
);

test("a signed document survives the wire and verifies under its key only", () => {
  const signed = signDocument(body, "root", root);
  const read = parseGenesis(parseJson(documentJson(signed)));
  expect(read).toEqual(signed);
  const [signature] = read.signatures;
  expect(signature?.key_id).toBe("root");
  const verify = (key: string) =>
    verifySignature(signedBytes(read.body), signature?.sig ?? "", key);
  expect(verify(root.publicKey)).toBe(true);
  expect(verify(other.publicKey)).toBe(false);
});
