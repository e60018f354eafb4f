/** Whom an import believes, as the command line names them. */
import { string } from "@oclif/core/flags";
import { AppError } from "../errors.js";
import type { Anchors } from "../adopt/import.js";
import { parseGenesis } from "../protocol/documents.js";
import { signatureHolds } from "../protocol/verify.js";
import { readJson } from "./files.js";
import { readIssuerKey } from "./issuer-keys.js";

export const anchorFlags = {
  genesis: string({
    helpValue: "FILE",
    description:
      "The authority's signed genesis: names the sovereign and the key. Goes into a new DIR.",
  }),
  "public-key": string({
    helpValue: "KEY",
    description: "The key that the authority signs with: base64, @FILE, or a .pub file.",
  }),
  "sovereign-id": string({
    helpValue: "ID",
    description: "Whose rows they are, beside --public-key. Default: whom the signed rows name.",
  }),
};

export const outFlag = string({
  required: true,
  helpValue: "DIR",
  description: "A new or empty folder, or a trust repository.",
});

interface Given {
  readonly genesis: string | undefined;
  readonly "public-key": string | undefined;
  readonly "sovereign-id": string | undefined;
}

/**
 * Throws AppError `verification_refused` for a genesis that its own root key did not sign, `authority_key_mismatch` for a key
 * or an id that it does not name, and the codes of reading them.
 */
export function readAnchors(given: Given): Anchors {
  const publicKey = given["public-key"] === undefined ? null : readIssuerKey(given["public-key"]);
  const sovereignId = given["sovereign-id"] ?? null;
  if (given.genesis === undefined) return { genesis: null, publicKey, sovereignId };
  const read = parseGenesis(readJson(given.genesis));
  const { root_public_key: root, network_authority: authority, network_name: name } = read.body;
  const genesis = signatureHolds(read, [root]);
  if (genesis === null) {
    throw new AppError("verification_refused", `the root key of ${given.genesis} did not sign it`, {
      hint: "give the genesis block as the authority serves it at /genesis",
    });
  }
  if (publicKey !== null && publicKey !== authority.public_key)
    throw new AppError("authority_key_mismatch", `the genesis names ${authority.public_key}`);
  if (sovereignId !== null && sovereignId !== name)
    throw new AppError("usage", `the genesis is of ${JSON.stringify(name)}`);
  return { genesis, publicKey, sovereignId };
}
