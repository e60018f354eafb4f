/** Where `adopt` takes its rows from: a database, or the export that an import of a live authority committed. */
import { basename } from "node:path";
import { EXPORT_FILE, exportedRows, parseExport } from "../adopt/authority-export.js";
import type { AdoptionSource, AdoptOptions } from "../adopt/adopt.js";
import { AppError } from "../errors.js";
import { sha256 } from "../protocol/digest.js";
import { parseGenesis } from "../protocol/documents.js";
import { readNaDatabase } from "../state/na-database.js";

/** `file` undefined: the export. Throws AppError `usage` when the commit has none, and the codes of reading it. */
export function adoptionSource(file: string | undefined): AdoptOptions["source"] {
  if (file !== undefined) return async () => fromDatabase(file);
  return async (fileOf) => {
    const bytes = await fileOf(EXPORT_FILE);
    if (bytes !== null) return fromExport(bytes);
    throw new AppError("usage", `the commit has no ${EXPORT_FILE}, so FILE must name a database`, {
      hint: "give the database that was imported: concordat adopt na.db",
    });
  };
}

function fromDatabase(file: string): AdoptionSource {
  const { rows, schemaVersion, fileDigest } = readNaDatabase(file);
  return {
    rows,
    description: {
      type: "na_db",
      file: basename(file),
      file_digest: fileDigest,
      schema_version: schemaVersion,
    },
  };
}

/** The key that the export's own genesis names only says which feed is its own; everything is judged under the tree's key. */
function fromExport(bytes: Uint8Array): AdoptionSource {
  const exported = parseExport(bytes);
  const { public_key: key } = parseGenesis(exported.genesis).body.network_authority;
  return {
    rows: exportedRows(exported, key),
    description: { type: "authority", url: exported.url, file_digest: sha256(bytes) },
  };
}
