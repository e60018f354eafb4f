/** The hosts that a request may name: a page whose name was pointed at this machine (DNS rebinding) names its own. */
import { isIPv6 } from "node:net";

/** Always: what a request from this machine calls it. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

export interface HostAllowListOptions {
  /** As `host` or `host:port`; `*` alone: any. Undefined: loopback names, `listening`, and the endpoint's host. */
  readonly allowed: readonly string[] | undefined;
  /** The address that is listened on. */
  readonly listening: string | undefined;
  /** The origin that this authority is known by; asked when nothing else allows a host. */
  readonly endpoint: () => string | null;
}

export class HostAllowList {
  readonly #options: HostAllowListOptions;
  readonly #allowsAny: boolean;
  readonly #allowed: ReadonlySet<string>;

  constructor(options: HostAllowListOptions) {
    const { allowed, listening } = options;
    this.#options = options;
    this.#allowsAny = allowed?.length === 1 && allowed[0] === "*";
    const listened = listening === undefined ? [] : [bracketed(listening)];
    this.#allowed = new Set(
      (allowed ?? [...LOOPBACK, ...listened]).map((host) => host.toLowerCase()),
    );
  }

  /** `local`: the address that the connection came in at, which no name was needed for. */
  allows(header: string, local: string | undefined): boolean {
    if (this.#allowsAny) return true;
    const host = header.toLowerCase();
    const name = HOST.exec(host)?.[1];
    if (name === undefined) return false;
    if (this.#allowed.has(name) || this.#allowed.has(host)) return true;
    if (local !== undefined && name === bracketed(local.replace(/^::ffff:(?=\d+\.)/i, "")))
      return true;
    return this.#options.allowed === undefined && name === hostOf(this.#options.endpoint());
  }
}

/** As it stands in a URL and in a Host field. */
function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

function hostOf(origin: string | null): string | null {
  return origin === null || !URL.canParse(origin) ? null : new URL(origin).hostname;
}
