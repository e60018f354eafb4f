/** How a document of another sovereign is fetched: the caps of every request, and whom it may reach and trust. */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import type { SecureContext } from "node:tls";
import { AppError } from "../errors.js";
import { AddressRules } from "./address.js";
import type { Resolve } from "./destination.js";
import { trustOf, type FetchOptions } from "./fetch.js";
import type { FeedSettings } from "./settings.js";

const TOTAL_MS = 10_000;
const IDLE_MS = 5_000;

/**
 * `resolve` left out: what the system knows. Throws AppError `bad_settings` for a range that is none, `unreadable_file` for a
 * `caFile` that cannot be used.
 */
export function fetchOptions(
  settings: Pick<FeedSettings, "allowPrivate" | "caFile" | "maxBytes">,
  resolve: Resolve = systemAddresses,
): FetchOptions {
  return {
    rules: new AddressRules(settings.allowPrivate),
    resolve,
    trust: trustFrom(settings.caFile),
    maxBytes: settings.maxBytes,
    totalMs: TOTAL_MS,
    idleMs: IDLE_MS,
  };
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

function trustFrom(caFile: string | null): SecureContext {
  try {
    return trustOf(caFile === null ? null : readFileSync(caFile, "utf8"));
  } catch (cause) {
    throw new AppError("unreadable_file", `no certificates can be read from ${caFile}`, { cause });
  }
}
