/** Parsed resources by git blob id, so that a plan parses what changed and not what exists (design.md 6). */
import type { JsonValue } from "../model/json.js";
import type { Resource } from "../model/resources.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseJson } from "../protocol/json.js";
import type { Queries, Transaction } from "./connection.js";

/** Raise it when the same bytes would parse to other resources: a new field, default or schema. */
const PARSER_VERSION = 1;

/** The resources of the blobs that the cache knows. */
export function readResources(
  queries: Queries,
  blobs: readonly string[],
): Map<string, readonly Resource[]> {
  const rows = queries.rows(
    `SELECT blob, resources_json FROM concordat_resources
      WHERE parser_version = ? AND blob IN (SELECT value FROM json_each(?))`,
    PARSER_VERSION,
    JSON.stringify(blobs),
  );
  return new Map(rows.map(([blob, json]) => [String(blob), fromJson(String(json))]));
}

/**
 * Adds the blobs that are missing. `parsed` holds every blob of the tree, the ones from the cache too: others are forgotten
 * once they are more than these.
 */
export function writeResources(
  transaction: Transaction,
  parsed: ReadonlyMap<string, readonly Resource[]>,
): void {
  const cached = new Set(
    transaction
      .rows("SELECT blob FROM concordat_resources WHERE parser_version = ?", PARSER_VERSION)
      .map(([id]) => id),
  );
  // Sorted, because rows are stored in this order.
  for (const blob of [...parsed.keys()].filter((id) => !cached.has(id)).toSorted()) {
    transaction.run(
      "INSERT INTO concordat_resources (blob, parser_version, resources_json) VALUES (?, ?, ?)",
      blob,
      PARSER_VERSION,
      toJson(parsed.get(blob) ?? []),
    );
  }
  const count = transaction.value("SELECT COUNT(*) FROM concordat_resources");
  if (Number(count) <= 2 * parsed.size) return;
  transaction.run(
    "DELETE FROM concordat_resources WHERE parser_version <> ? OR blob NOT IN (SELECT value FROM json_each(?))",
    PARSER_VERSION,
    JSON.stringify([...parsed.keys()]),
  );
}

// A resource is made of JSON values only, which the compiler cannot see through its interfaces. Canonical JSON keeps
// integers and floats apart, which JSON.stringify would not.

function toJson(resources: readonly Resource[]): string {
  return canonicalJson(resources as unknown as JsonValue);
}

function fromJson(json: string): readonly Resource[] {
  return parseJson(json) as unknown as readonly Resource[];
}
