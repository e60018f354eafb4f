/** Imports what a live authority publishes: the export beside the resources is what `adopt` takes its rows from. */
import { AppError } from "../errors.js";
import type { GenesisBlock, PublicKey, Unverified } from "../model/documents.js";
import type { Instant } from "../model/time.js";
import { prettyJson } from "../protocol/canonical.js";
import { documentJson, parseGenesis } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { signatureHolds } from "../protocol/verify.js";
import { EXPORT_FILE, exportedRows, exportJson } from "./authority-export.js";
import { importRows, type Anchors, type ImportResult } from "./import.js";
import type { LiveAuthority } from "./live-authority.js";

/** What the sovereign's operators gave. */
export interface GivenTrust {
  /** Null: the root key that the genesis itself names, which the result warns of. */
  readonly rootKey: PublicKey | null;
  /** Null: the genesis that the authority serves, which names its first key only. */
  readonly genesis: Unverified<GenesisBlock> | null;
}

/** Throws AppError `verification_refused` when the root key did not sign the genesis, and what `importRows` throws. */
export async function importAuthority(
  dir: string,
  live: LiveAuthority,
  { rootKey, genesis: given }: GivenTrust,
  now: Instant,
): Promise<ImportResult> {
  const { exported } = live;
  const read = given ?? parseGenesis(exported.genesis);
  const genesis = signatureHolds(read, [rootKey ?? read.body.root_public_key]);
  if (genesis === null || (rootKey !== null && read.body.root_public_key !== rootKey)) {
    throw new AppError("verification_refused", "the root key did not sign the genesis", {
      hint: "compare the root key with the sovereign's operators, over another channel",
    });
  }
  const { network_authority: authority } = genesis.body;
  // An adoption judges the feed again, under the key that judged it here.
  const judged = { ...exported, genesis: parseJson(documentJson(genesis)) };
  const anchors: Anchors = { genesis, publicKey: null, sovereignId: null };
  const source = {
    rows: exportedRows(judged, authority.public_key),
    authorityKey: null,
    description: { type: "authority", url: exported.url },
    files: new Map([[EXPORT_FILE, `${prettyJson(exportJson(judged))}\n`]]),
    warnings: [
      ...(rootKey === null && given === null
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
