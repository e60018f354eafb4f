/** The nonces that a state has spent, which no reader shows. */
import Database from "better-sqlite3";

/** Read as another program would, beside the writer. */
export function noncesOf(path: string): ReadonlySet<string> {
  const database = new Database(path, { readonly: true });
  try {
    return new Set(database.prepare<[], string>("SELECT nonce FROM nonces").pluck().all());
  } finally {
    database.close();
  }
}
