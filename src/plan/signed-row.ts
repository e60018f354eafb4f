/** A row of a signed object, and what is read out of it: each thing once, since rows mostly stand from one plan to the next. */
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { AttestationRecord, Digest, TreatyRecord } from "../model/state.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { fromInstant, parseTimestamp, secondsBetween, toInstant } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { perObject } from "../protocol/per-object.js";

/** A row as both tables have it. */
export type SignedRow = Pick<
  TreatyRecord & AttestationRecord,
  | "id"
  | "issuer"
  | "status"
  | "json"
  | "issuedAt"
  | "validFrom"
  | "expiresAt"
  | "revokedAt"
  | "reason"
>;

class Reading {
  readonly #row: SignedRow;
  #end: Instant | undefined;
  #endText: Timestamp | undefined;
  #digest: Digest | undefined;
  #agrees: boolean | undefined;

  constructor(row: SignedRow) {
    this.#row = row;
  }

  get end(): Instant {
    return (this.#end ??= readEnd(this.#row));
  }

  get endText(): Timestamp {
    return (this.#endText ??= fromInstant(this.end));
  }

  get digest(): Digest {
    return (this.#digest ??= sha256(this.#row.json));
  }

  agrees(repeated: () => JsonObject): boolean {
    return (this.#agrees ??= columnsAgree(this.#row, repeated()));
  }
}

const readingOf = perObject((row: SignedRow) => new Reading(row));

/** When a row expires. Throws AppError `state_corrupt` naming the row when nobody can tell. */
export function endOf(row: SignedRow): Instant {
  return readingOf(row).end;
}

/** The end in its UTC form. Throws as `endOf`. */
export function endText(row: SignedRow): Timestamp {
  return readingOf(row).endText;
}

/** Whole seconds until a row expires; not positive once it has. Throws as `endOf`. */
export function secondsLeft(row: SignedRow, now: Instant): Seconds {
  return secondsBetween(now, endOf(row));
}

/**
 * Whether the row holds the text of this digest, and its columns say the same as the text. `repeated` gives the columns
 * that the row's kind alone has.
 */
export function holds(row: SignedRow, digest: Digest | null, repeated: () => JsonObject): boolean {
  const reading = readingOf(row);
  return reading.digest === digest && reading.agrees(repeated);
}

function readEnd({ id, expiresAt }: SignedRow): Instant {
  try {
    return toInstant(parseTimestamp(expiresAt));
  } catch (cause) {
    throw new AppError("state_corrupt", `the row of ${id} has an expires_at that is no date-time`, {
      cause,
    });
  }
}

/** The columns that repeat the signed text must say the same; the reference's times end in `+00:00`. */
function columnsAgree(row: SignedRow, repeated: JsonObject): boolean {
  const zulu = (time: string): string => time.replace("+00:00", "Z");
  const columns = {
    ...repeated,
    issuer_sovereign_id: row.issuer,
    issued_at: zulu(row.issuedAt),
    valid_from: zulu(row.validFrom),
    expires_at: zulu(row.expiresAt),
  };
  return (
    Object.entries(columns).every(([field, value]) =>
      row.json.includes(`"${field}":${canonicalJson(value)}`),
    ) || textAgrees(row.json, columns)
  );
}

/** The same of a text that another program wrote: with spaces, unescaped, or with its times in another form. */
function textAgrees(json: string, columns: JsonObject): boolean {
  try {
    const document = parseJson(json);
    return (
      isJsonObject(document) &&
      Object.entries(columns).every(([field, value]) => {
        const said = document[field] ?? null;
        return TIMES.has(field)
          ? instantOf(said) === instantOf(value)
          : canonicalJson(said) === canonicalJson(value);
      })
    );
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

const TIMES: ReadonlySet<string> = new Set(["issued_at", "valid_from", "expires_at"]);

function instantOf(value: JsonValue | undefined): Instant {
  return toInstant(parseTimestamp(typeof value === "string" ? value : ""));
}
