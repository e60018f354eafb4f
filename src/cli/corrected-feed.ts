/** The bytes of a feed that a command is given: a file, or the URL that its issuer publishes it at. */
import { AppError } from "../errors.js";
import { fetchOptions } from "../feeds/fetch-options.js";
import { fetchFeed } from "../feeds/fetch.js";
import { readInput } from "./files.js";
import type { Settings } from "./settings.js";

/** By the rules that feeds are polled by. Throws AppError `unreadable_file`. */
export async function readFeedFrom(
  place: string,
  { feeds }: Pick<Settings, "feeds">,
): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(place)) return readInput(place);
  const never = new AbortController().signal;
  const fetched = await fetchFeed(place, null, fetchOptions(feeds), never);
  if (fetched.kind === "body") return fetched.bytes;
  const why = fetched.kind === "failed" ? fetched.message : "it gave no feed";
  throw new AppError("unreadable_file", `the corrected feed was not fetched: ${why}`, {
    hint: "give it as a file, or open its address in feeds.allowPrivate",
  });
}
