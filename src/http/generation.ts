/** One generation of the state, cut down to what the routes serve. */
import { AppError } from "../errors.js";
import type { Applied, AuthorityRecord, ImportedRevocation, TreatyRecord } from "../model/state.js";
import { compareCodePoints } from "../protocol/code-points.js";
import type { ServedRows } from "../state/served-rows.js";

export interface Generation {
  readonly number: number;
  readonly applied: Applied | null;
  readonly authority: AuthorityRecord | null;
  readonly policyJson: string | null;
  /** The feed published last, signed. */
  readonly feedJson: string | null;
  /** In order of id. */
  readonly treaties: readonly TreatyRecord[];
  /** In order of issuer and attestation id. */
  readonly importedRevocations: readonly ImportedRevocation[];
}

const PAUSE_EVERY = 64;

const TREATY_FIELDS = [
  "id",
  "json",
  "status",
  "revokedAt",
  "reason",
  "expiresAt",
  "validFrom",
  "issuedAt",
  "issuer",
  "subject",
] as const satisfies readonly (keyof TreatyRecord)[];

const REVOCATION_FIELDS = [
  "attestationId",
  "sequence",
  "feedId",
  "issuer",
  "reason",
  "importedAt",
] as const satisfies readonly (keyof ImportedRevocation)[];

/**
 * Reads the state with pauses. Rows and lists that are as in `previous` are the same objects, so that what was made of them
 * can be kept. Throws AppError `state_corrupt` when a stored document is not JSON.
 */
export function* readGeneration(
  open: () => ServedRows,
  previous: Generation | null,
): Generator<void, Generation> {
  const rows = open();
  try {
    const { generation, applied, authority, policyJson, feedJson } = rows;
    if (policyJson !== null) storedJson(policyJson, "the recognition policy");
    if (feedJson !== null) storedJson(feedJson, "the published revocation feed");
    return {
      number: generation,
      applied,
      authority,
      policyJson,
      feedJson,
      treaties: yield* keepKnown(rows.treaties(), previous?.treaties ?? [], {
        fields: TREATY_FIELDS,
        compare: (a, b) => compareCodePoints(a.id, b.id),
        check: ({ json, id }) => storedJson(json, `treaty ${id}`),
      }),
      importedRevocations: yield* keepKnown(
        rows.importedRevocations(),
        previous?.importedRevocations ?? [],
        {
          fields: REVOCATION_FIELDS,
          compare: (a, b) =>
            compareCodePoints(a.issuer, b.issuer) ||
            compareCodePoints(a.attestationId, b.attestationId),
        },
      ),
    };
  } finally {
    rows.close();
  }
}

interface Kind<T> {
  readonly fields: readonly (keyof T)[];
  /** The order in which the rows come. */
  readonly compare: (a: T, b: T) => number;
  /** Judges a row that is not as it was. */
  readonly check?: (row: T) => void;
}

/** The rows, each the same object as in `previous` where all its fields are; `previous` itself where all rows are. */
function* keepKnown<T>(
  rows: Iterable<T>,
  previous: readonly T[],
  { fields, compare, check }: Kind<T>,
): Generator<void, readonly T[]> {
  const kept: T[] = [];
  let at = 0;
  let changes = 0;
  for (const row of rows) {
    let known = previous[at];
    while (known !== undefined && compare(known, row) < 0) known = previous[(at += 1)];
    if (known !== undefined && isSame(known, row, fields)) {
      kept.push(known);
    } else {
      check?.(row);
      kept.push(row);
      changes += 1;
    }
    if (kept.length % PAUSE_EVERY === 0) yield;
  }
  return changes === 0 && kept.length === previous.length ? previous : kept;
}

function isSame<T>(a: T, b: T, fields: readonly (keyof T)[]): boolean {
  return fields.every((field) => a[field] === b[field]);
}

/**
 * Stored documents are put into answers as the text they are, so that signatures keep holding; a text that is not JSON
 * would break the answer around it. Throws AppError `state_corrupt`.
 */
export function storedJson(text: string, name: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new AppError("state_corrupt", `${name} is not stored as JSON`, { cause });
  }
  return text;
}
