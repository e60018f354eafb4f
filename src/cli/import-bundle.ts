/** Imports a trust bundle: checks it, and writes the resource. What `concordat import trust-bundle` reports. */
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import type { Instant, Timestamp } from "../model/time.js";
import { toInstant } from "../protocol/instant.js";
import { makeFolder, readJson, writeOutput } from "./files.js";
import {
  isResourceName,
  resourceName,
  sovereignYaml,
  usableEndpoint,
} from "./sovereign-resource.js";
import { readTrustBundle } from "./trust-bundle.js";
import type { CheckedDocument } from "./trust-bundle.js";

export interface ImportReport {
  readonly file: string;
  readonly name: string;
  readonly sovereign_id: string;
  readonly public_keys: readonly PublicKey[];
  readonly endpoint: string | null;
  readonly root_public_key: PublicKey;
  /** False: the root key is only the one that the bundle itself names. */
  readonly root_key_pinned: boolean;
  readonly created_at: Timestamp;
  readonly authority_valid_to: Timestamp;
  readonly documents: readonly CheckedDocument[];
  readonly treaties: number;
  readonly feed: { readonly sequence: number; readonly revoked: number } | null;
  readonly imported_revocations: number;
  readonly warnings: readonly string[];
}

export interface ImportOptions {
  readonly out: string;
  /** null: made from the sovereign id. */
  readonly name: string | null;
  /** null: trust the one in the bundle, and say so. */
  readonly rootKey: PublicKey | null;
  readonly now: Instant;
}

/** Writes OUT/NAME.yaml, never over a file. Throws what `readTrustBundle` throws, and `file_exists`, `usage`. */
export function importTrustBundle(
  path: string,
  { out, name: wanted, rootKey, now }: ImportOptions,
): ImportReport {
  const bundle = readTrustBundle(readJson(path), rootKey);
  const name = wanted ?? resourceName(bundle.sovereignId);
  if (!isResourceName(name))
    throw new AppError("usage", "a name is a-z, 0-9 and -, at most 63 characters");
  const file = join(out, `${name}.yaml`);
  makeFolder(out);
  writeOutput(file, sovereignYaml(name, bundle), true);
  const endpoint = usableEndpoint(bundle);
  return {
    file,
    name,
    sovereign_id: bundle.sovereignId,
    public_keys: [bundle.authorityKey],
    endpoint,
    root_public_key: bundle.rootKey,
    root_key_pinned: rootKey !== null,
    created_at: bundle.createdAt,
    authority_valid_to: bundle.authorityUntil,
    documents: bundle.documents,
    treaties: bundle.treaties,
    feed: bundle.feed,
    imported_revocations: bundle.importedRevocations,
    warnings: [
      ...(rootKey === null
        ? ["nothing but the bundle itself names this root key: compare it over another channel"]
        : []),
      ...(toInstant(bundle.authorityUntil) < now
        ? [`the authority key was named until ${bundle.authorityUntil} only`]
        : []),
      ...(endpoint === null ? ["the bundle names no usable endpoint"] : []),
      ...(bundle.importedRevocations > 0
        ? [
            "its imported revocations come without the feeds that sign them, so they are counted and not imported",
          ]
        : []),
    ],
  };
}
