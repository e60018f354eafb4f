/** Fetches the files of a log in their order, some of them ahead: one after the other takes a round trip for each. */

/** The bytes at a path below the log's prefix. Throws AppError when they cannot be had. */
export type FetchTile = (path: string, signal?: AbortSignal) => Promise<Uint8Array>;

/** A bundle has up to 16 MB, and a service answers so many of one client at once. */
const AHEAD = 8;

/** The files of the paths, as they are taken. Ending early gives up what is under way. */
export async function* fetchAhead(
  fetch: FetchTile,
  paths: Iterable<string>,
): AsyncGenerator<Uint8Array, undefined> {
  const given = new AbortController();
  const pending: Promise<Uint8Array>[] = [];
  const rest = paths[Symbol.iterator]();
  const begin = (): void => {
    const next = rest.next();
    if (next.done === true) return;
    const file = fetch(next.value, given.signal);
    // Its turn comes later, or never.
    file.catch(() => {});
    pending.push(file);
  };
  try {
    for (let i = 0; i < AHEAD; i++) begin();
    for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
      const bytes = await file;
      begin();
      yield bytes;
    }
  } finally {
    given.abort();
  }
}
