/** Whom a request is counted against. */
import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An address is a key of limits as its holder cannot vary it: IPv4 whole, of IPv6 the /64 that a client has to itself. */
export function addressKey(address: string): string {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  switch (isIP(plain)) {
    case 4:
      return plain;
    case 6:
      return `${prefixOf(plain)}::/64`;
    default:
      // What a proxy that is not there was said to have written.
      return "unknown";
  }
}

/** The key of the client that sent a request, as far as proxies are trusted to tell. */
export function clientKey(request: FastifyRequest): string {
  return addressKey(request.ip);
}

/** Whether a key is of this machine itself. */
export function isLoopback(key: string): boolean {
  return key.startsWith("127.") || key === LOOPBACK_PREFIX;
}

const LOOPBACK_PREFIX = "0:0:0:0::/64";

/** The first four groups, written out. */
function prefixOf(address: string): string {
  const [head = "", tail] = (address.split("%", 1)[0] ?? "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const left = tail === undefined ? groups : [...groups, ...Array<string>(4).fill("0")];
  return left
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
