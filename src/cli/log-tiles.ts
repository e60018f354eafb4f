/** Fetches a log that another service serves: bounded in time and bytes, and never anywhere else. */
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../errors.js";
import { MAX_ENTRY_BYTES, TILE_WIDTH } from "../protocol/log/tiles.js";
import type { FetchTile } from "../audit/fetch-ahead.js";

const TIMEOUT_MS = 10_000;
const MAX_TRIES = 5;
const MAX_WAIT_MS = 60_000;
/** A bundle of the longest entries. */
const MAX_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2);

/**
 * Fetches below `URL/log/`, or below the URL itself when it ends in `/log`. Throws AppError `usage` for what is no http or
 * https address; the fetch throws `source_unreachable`.
 */
export function tilesAt(address: string): FetchTile {
  const prefix = prefixOf(address);
  return async (path, given) => {
    const url = new URL(path, prefix);
    try {
      return await fetched(url, given ?? new AbortController().signal);
    } catch (cause) {
      throw new AppError(
        "source_unreachable",
        `${url.href} cannot be fetched: ${reasonOf(cause)}`,
        {
          hint: "check the address: it is that of a Concordat service, without /log",
          cause,
        },
      );
    }
  };
}

function prefixOf(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "")
    throw new AppError("usage", "--url takes the http or https address of a service");
  url.search = "";
  url.hash = "";
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/log") ? `${path}/` : `${path}/log/`;
  return url;
}

/** A service that is asked too often says when to come back, and a large log asks often. */
async function fetched(url: URL, given: AbortSignal): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), given]);
    const response = await fetch(url, { redirect: "error", signal });
    if (response.status === 200) return await bodyOf(response);
    await response.body?.cancel();
    if (response.status !== 429 || tries === MAX_TRIES)
      throw new Error(`it answers ${response.status}`);
    const seconds = Number(response.headers.get("retry-after") ?? NaN);
    const wait = Number.isFinite(seconds) ? seconds * 1000 : MAX_WAIT_MS;
    await pause(Math.max(0, Math.min(wait, MAX_WAIT_MS)), undefined, { signal: given });
  }
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What undici says lies in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
