/** One generation of the state, cut down to what the routes serve. */
import { AppError } from "../errors.js";
import type { Applied, AuthorityRecord, ImportedRevocation, TreatyRecord } from "../model/state.js";
import type { ServedRows } from "../state/served-rows.js";

export interface Generation {
  readonly number: number;
  readonly applied: Applied | null;
  readonly authority: AuthorityRecord | null;
  readonly policyJson: string | null;
  /** The feed published last, signed. */
  readonly feedJson: string | null;
  /** In the order in which they were first written. */
  readonly treaties: readonly TreatyRecord[];
  /** In the order in which they were first written. */
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
        keyOf: ({ id }) => id,
        check: ({ json, id }) => storedJson(json, `treaty ${id}`),
      }),
      importedRevocations: yield* keepKnown(
        rows.importedRevocations(),
        previous?.importedRevocations ?? [],
        {
          fields: REVOCATION_FIELDS,
          keyOf: ({ issuer, attestationId }) => `${attestationId} ${issuer}`,
        },
      ),
    };
  } finally {
    rows.close();
  }
}

interface Kind<T> {
  readonly fields: readonly (keyof T)[];
  /** Where a row stood is looked up under it; should two rows share one, a row is only taken for a changed one. */
  readonly keyOf: (row: T) => string;
  /** Judges a row that is not as it was. */
  readonly check?: (row: T) => void;
}

/** The rows, each the same object as in `previous` where all its fields are; `previous` itself where all rows are. */
function* keepKnown<T>(
  rows: Iterable<T>,
  previous: readonly T[],
  { fields, keyOf, check }: Kind<T>,
): Generator<void, readonly T[]> {
  const kept: T[] = [];
  let places: ReadonlyMap<string, number> | null = null;
  let at = 0;
  let changes = 0;
  for (const row of rows) {
    let known = previous[at];
    if (known !== undefined && !isSame(known, row, fields)) {
      // A row was changed, or some are gone: what follows stands elsewhere.
      places ??= yield* placesOf(previous, keyOf);
      at = places.get(keyOf(row)) ?? at;
      known = previous[at];
    }
    if (known !== undefined && isSame(known, row, fields)) {
      kept.push(known);
      at += 1;
    } else {
      check?.(row);
      kept.push(row);
      changes += 1;
    }
    if (kept.length % PAUSE_EVERY === 0) yield;
  }
  return changes === 0 && kept.length === previous.length ? previous : kept;
}

function* placesOf<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
): Generator<void, ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  for (const row of rows) {
    places.set(keyOf(row), places.size);
    if (places.size % PAUSE_EVERY === 0) yield;
  }
  return places;
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
