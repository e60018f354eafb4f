/** Asks a live authority for what it says of itself in public, each route once, under the rules of every fetch. */
import { fetchFeed, type FetchOptions } from "../feeds/fetch.js";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import type { AuthorityExport } from "./authority-export.js";

export interface LiveAuthority {
  readonly exported: AuthorityExport;
  /** How many attestations it has, of whatever status; null when it does not say. */
  readonly attestations: number | null;
}

/** Throws AppError `usage` for an address that is none, `source_unreachable` for a route that cannot be read. */
export async function readLiveAuthority(
  address: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<LiveAuthority> {
  const base = baseOf(address);
  const get = async (path: string): Promise<JsonValue> => {
    const fetched = await fetchFeed(`${base}${path}`, null, options, signal);
    if (fetched.kind === "body") return parseJson(fetched.bytes);
    const why = fetched.kind === "failed" ? fetched.message : fetched.kind;
    throw new AppError("source_unreachable", `${base}${path}: ${why}`, {
      hint: "an address that is not public needs --allow-private CIDR; redirects are not followed",
    });
  };
  /** Null only where the authority says that there is none: a feed that is overlooked would begin anew at 0. */
  const optional = async (path: string): Promise<JsonValue> => {
    try {
      return await get(path);
    } catch (error) {
      if (error instanceof AppError && error.message.endsWith(NOT_THERE)) return null;
      throw error;
    }
  };
  const exported = {
    url: base,
    genesis: await get("/genesis"),
    treaties: await get("/recognition-treaties"),
    connectome: await get("/connectome.json"),
    // A Concordat publishes none before its first apply.
    feed: await optional("/sovereign-revocation-feed"),
  };
  return { exported, attestations: countOf(await optional("/attestations")) };
}

/** As src/feeds/answer.ts says it. */
const NOT_THERE = "the answer has status 404";

function baseOf(address: string): string {
  const url = URL.parse(address);
  const isPlain =
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "";
  if (isPlain) return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  throw new AppError("usage", "give the authority's address as https://HOST[:PORT]");
}

function countOf(answer: JsonValue): number | null {
  const count = isJsonObject(answer) ? answer["count"] : null;
  return typeof count === "number" ? count : null;
}
