/** Where a feed's URL leads: every address that its name stands for is judged before one of them is connected to. */
import { isIP } from "node:net";
import type { AddressRules } from "./address.js";

/** All addresses of a host name. Rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Destination {
  readonly url: URL;
  /** At least one; the connection goes to one of them and to no other. */
  readonly addresses: readonly string[];
}

/** Gives the destination, or says why there is none. Messages name the host at most: the rest may hold secrets. */
export async function destinationOf(
  text: string,
  rules: AddressRules,
  resolve: Resolve,
): Promise<Destination | { readonly refusal: string }> {
  const url = URL.parse(text);
  if (url === null) return { refusal: "the URL of the feed is not valid" };
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { refusal: "the URL of the feed is neither https nor http" };
  if (url.username !== "" || url.password !== "")
    return { refusal: "the URL of the feed holds a user name or a password" };
  // The URL parser has brought every spelling of an IPv4 address (0x7f.1, 2130706433) into its dotted form.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  if (addresses.length === 0) return { refusal: `${host} has no address` };
  // One bad address refuses all: which of them is connected to must not be a matter of luck.
  const refused = addresses.find((address) => !rules.permits(address));
  if (refused !== undefined)
    return { refusal: `${host} leads to ${refused}, which is not a public address` };
  if (url.protocol === "http:" && !addresses.every((address) => rules.opens(address)))
    return { refusal: "a feed over plain http is fetched from opened private ranges only" };
  return { url, addresses };
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch {
    return [];
  }
}
