/** What is served of a state, read row by row: other work may go on between two rows, whatever is written meanwhile. */
import type { Applied, AuthorityRecord, ImportedRevocation, TreatyRecord } from "../model/state.js";
import type { Connection } from "./connection.js";
import { readPublishedFeed } from "./published-feed.js";
import { iterateAsStored, readAll, readApplied, readGeneration } from "./snapshot.js";
import { AUTHORITY, IMPORTED_REVOCATIONS, POLICIES, TREATIES } from "./tables.js";

/** One state, as it was when it was opened. One list is read at a time. Every method throws as those of `StateReader`. */
export interface ServedRows {
  readonly generation: number;
  readonly applied: Applied | null;
  readonly authority: AuthorityRecord | null;
  readonly policyJson: string | null;
  /** Our own newest revocation feed, signed. */
  readonly feedJson: string | null;
  /** In the order in which they were first written. */
  treaties(): Iterable<TreatyRecord>;
  /** In the order in which they were first written. */
  importedRevocations(): Iterable<ImportedRevocation>;
  /** Ends the reading; a list that is still being read must be given up first. */
  close(): void;
}

/** Takes the connection over, which nobody else may use: what others write is out of its sight until it is closed. */
export function readServedRows(connection: Connection): ServedRows {
  try {
    connection.beginReading();
    return {
      generation: readGeneration(connection),
      applied: readApplied(connection),
      authority: readAll(connection, AUTHORITY)[0] ?? null,
      policyJson: readAll(connection, POLICIES)[0]?.json ?? null,
      feedJson: readPublishedFeed(connection)?.json ?? null,
      treaties: () => iterateAsStored(connection, TREATIES),
      importedRevocations: () => iterateAsStored(connection, IMPORTED_REVOCATIONS),
      close: () => connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}
