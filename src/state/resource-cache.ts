/** Parsed resources by git blob id, so that a plan parses what changed and not what exists (design.md 6). */
import { createRequire } from "node:module";
import { JsonFloat, type JsonValue } from "../model/json.js";
import type { Resource } from "../model/resources.js";
import type { Queries, Transaction } from "./connection.js";

/** Another version may read the same bytes in another way: with a new field, default or rule. */
const PARSER_VERSION = version();

function version(): string {
  const { version: own } = createRequire(import.meta.url)("../../package.json") as {
    version: string;
  };
  return own;
}

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
 * Adds blobs that were parsed. Once there are twice as many as in use, the others are forgotten: those that are neither new
 * nor the source of anything applied.
 */
export function writeResources(
  transaction: Transaction,
  parsed: ReadonlyMap<string, readonly Resource[]>,
): void {
  // Sorted, because rows are stored in this order.
  for (const blob of [...parsed.keys()].toSorted()) {
    const resources = parsed.get(blob) ?? [];
    if (resources.some(holdsFloat)) continue;
    transaction.run(
      "INSERT OR IGNORE INTO concordat_resources (blob, parser_version, resources_json) VALUES (?, ?, ?)",
      blob,
      PARSER_VERSION,
      toJson(resources),
    );
  }
  const count = transaction.value("SELECT COUNT(*) FROM concordat_resources");
  const applied = transaction.value("SELECT COUNT(DISTINCT source_blob) FROM concordat_inventory");
  if (Number(count) <= 2 * Math.max(Number(applied), parsed.size)) return;
  transaction.run(
    `DELETE FROM concordat_resources
      WHERE parser_version <> ?
         OR blob NOT IN (SELECT source_blob FROM concordat_inventory UNION SELECT value FROM json_each(?))`,
    PARSER_VERSION,
    JSON.stringify([...parsed.keys()]),
  );
}

/**
 * Positions are left out: they only serve to show the place of a fault, and a tree with a fault is read again from git.
 * They hold no integers beyond 2^53, so that plain JSON, which is several times faster, says the same.
 */
function toJson(resources: readonly Resource[]): string {
  return JSON.stringify(resources.map((resource) => ({ ...resource, positions: {} })));
}

/** Only free content can: such a file is read from git each time, for plain JSON knows one kind of number. */
function holdsFloat(resource: Resource): boolean {
  if (resource.kind === "MembershipAttestation") return isOrHoldsFloat(resource.spec.claims);
  if (resource.kind !== "RecognitionTreaty") return false;
  const { scope, metadata } = resource.spec;
  return isOrHoldsFloat(scope.claims) || isOrHoldsFloat(metadata);
}

function isOrHoldsFloat(value: JsonValue | undefined): boolean {
  if (value instanceof JsonFloat) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isOrHoldsFloat);
}

function fromJson(json: string): readonly Resource[] {
  return JSON.parse(json) as readonly Resource[];
}
