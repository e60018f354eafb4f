/** Imports what a live authority publishes: the export beside the resources is what `adopt` takes its rows from. */
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import type { Instant } from "../model/time.js";
import { prettyJson } from "../protocol/canonical.js";
import { parseGenesis } from "../protocol/documents.js";
import { signatureHolds } from "../protocol/verify.js";
import { EXPORT_FILE, exportedRows, exportJson } from "./authority-export.js";
import { importRows, type Anchors, type ImportResult } from "./import.js";
import type { LiveAuthority } from "./live-authority.js";

/**
 * `rootKey` is what the sovereign's operators gave; null: the one that the genesis itself names, which the result warns of.
 * Throws AppError `verification_refused` when it did not sign the genesis, and what `importRows` throws.
 */
export async function importAuthority(
  dir: string,
  live: LiveAuthority,
  rootKey: PublicKey | null,
  now: Instant,
): Promise<ImportResult> {
  const { exported } = live;
  const read = parseGenesis(exported.genesis);
  const genesis = signatureHolds(read, [rootKey ?? read.body.root_public_key]);
  if (genesis === null || (rootKey !== null && read.body.root_public_key !== rootKey)) {
    throw new AppError("verification_refused", "the root key did not sign the genesis", {
      hint: "compare the root key with the sovereign's operators, over another channel",
    });
  }
  const { network_authority: authority } = genesis.body;
  const anchors: Anchors = { genesis, publicKey: null, sovereignId: null };
  const source = {
    rows: exportedRows(exported, authority.public_key),
    authorityKey: null,
    description: { type: "authority", url: exported.url },
    files: new Map([[EXPORT_FILE, `${prettyJson(exportJson(exported))}\n`]]),
    warnings: [
      ...(rootKey === null
        ? [
            `nothing but the authority itself names the root key ${read.body.root_public_key}: compare it over another channel`,
          ]
        : []),
      ...attestationWarning(live.attestations),
    ],
  };
  return await importRows(dir, source, anchors, now);
}

function attestationWarning(count: number | null): readonly string[] {
  if (count === 0) return [];
  return [
    `${count ?? "its"} attestations are not public and are not imported: take them from its database`,
  ];
}
