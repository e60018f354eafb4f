/** The rows of a table as they were read last: one that stands as it stood is the same record again. */
import type { RawRow } from "./connection.js";

interface Kept<T> {
  readonly columns: RawRow;
  readonly record: T;
}

/** What is made of a record can then be kept beside it, and a snapshot of what has hardly changed costs little memory. */
export class KeptRows<T> {
  readonly #toRecord: (columns: RawRow) => T;
  #kept: readonly Kept<T>[] = [];

  constructor(toRecord: (columns: RawRow) => T) {
    this.#toRecord = toRecord;
  }

  /** The records of these rows, which are from now on the ones that were read last. Throws as the making of a record does. */
  records(rows: readonly RawRow[]): readonly T[] {
    const before = this.#kept;
    let places: ReadonlyMap<string, number> | null = null;
    let at = 0;
    this.#kept = rows.map((columns) => {
      let known = before[at];
      if (known !== undefined && !isSame(known.columns, columns)) {
        // A row was changed, or some came or went: what follows stands elsewhere.
        places ??= new Map(before.map((item, index) => [keyOf(item.columns), index]));
        at = places.get(keyOf(columns)) ?? at;
        known = before[at];
      }
      if (known === undefined || !isSame(known.columns, columns))
        return { columns, record: this.#toRecord(columns) };
      at += 1;
      return known;
    });
    return this.#kept.map(({ record }) => record);
  }
}

/** Every key lies in the first two columns. Should two rows share one, a row is only taken for a changed one. */
function keyOf(columns: RawRow): string {
  return columns.slice(0, 2).join(" ");
}

function isSame(a: RawRow, b: RawRow): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
