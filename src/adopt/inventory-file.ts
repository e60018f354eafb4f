/** `inventory.json`: which object of the authority that is taken over stands for which resource. Pure. */
import { AppError } from "../errors.js";
import type { HeldRows } from "../model/adoption.js";
import type { JsonObject } from "../model/json.js";
import { KINDS, type Kind } from "../model/resources.js";
import type { Digest } from "../model/state.js";
import { prettyJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { Fields } from "../protocol/document-fields.js";
import { parseJson } from "../protocol/json.js";

export const INVENTORY_FILE = "inventory.json";
const FORMAT = "concordat/inventory/v1";
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export interface InventoryItem {
  readonly kind: Kind;
  readonly name: string;
  readonly objectId: string;
  readonly renewal: number;
  /** Of the signed text as it is stored; null for what is not signed. */
  readonly documentDigest: Digest | null;
}

export interface InventoryFile {
  readonly sovereignId: string;
  /** Of the rows that it was made from: what is adopted must be what was reviewed. */
  readonly rowsDigest: Digest;
  readonly items: readonly InventoryItem[];
}

/** The text of the file. */
export function inventoryText({ sovereignId, rowsDigest, items }: InventoryFile): string {
  const entries = items.map(({ kind, name, objectId, renewal, documentDigest }): JsonObject => ({
    kind,
    name,
    object_id: objectId,
    renewal,
    document_digest: documentDigest,
  }));
  return `${prettyJson({
    format: FORMAT,
    sovereign_id: sovereignId,
    rows_digest: rowsDigest,
    entries,
  })}\n`;
}

/** Reads the file. Throws AppError `invalid_document`, and the codes of `parseJson`. */
export function parseInventory(bytes: Uint8Array): InventoryFile {
  const fields = new Fields(parseJson(bytes));
  if (fields.text("format") !== FORMAT) throw fields.fault("format", `expected ${FORMAT}`);
  const names = new Set<string>();
  return {
    sovereignId: fields.text("sovereign_id"),
    rowsDigest: digestOf(fields.text("rows_digest")),
    items: fields.fieldsList("entries").map((entry) => {
      const kind = KINDS.find((known) => known === entry.text("kind"));
      if (kind === undefined) throw entry.fault("kind", "expected a kind of resource");
      const name = entry.text("name");
      if (names.has(`${kind} ${name}`)) throw entry.fault("name", "stands twice for its kind");
      names.add(`${kind} ${name}`);
      const digest = entry.textOrNull("document_digest");
      return {
        kind,
        name,
        objectId: entry.text("object_id"),
        renewal: Number(entry.count("renewal")),
        documentDigest: digest === null ? null : digestOf(digest),
      };
    }),
  };
}

/**
 * Digest of every row that trust follows from. The audit log is left out, since a live authority adds to it all the time and
 * nothing of it is reviewed.
 */
export function digestOfRows(rows: HeldRows): Digest {
  const { treaties, attestations, feeds, importedRevocations, revokedKeys, policyJson } = rows;
  const superseded = [...rows.superseded].toSorted();
  const lists: readonly unknown[] = [
    treaties,
    attestations,
    feeds,
    importedRevocations,
    revokedKeys,
    policyJson,
    superseded,
    rows.feedSequence,
    [...rows.published],
  ];
  // Records are made by one function each, so that their members always stand in one order.
  return sha256(JSON.stringify(lists));
}

function digestOf(text: string): Digest {
  if (isDigest(text)) return text;
  throw new AppError("invalid_document", `${JSON.stringify(text)} is not a digest`);
}

function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}
