/** Which addresses a feed may be fetched from: public unicast ones, and those that a setting opens (docs/threats.md F12). */
import { BlockList, isIP, isIPv4 } from "node:net";
import { AppError } from "../errors.js";

/** IANA's special-purpose registry for IPv4 (RFC 6890), and multicast (RFC 5771). */
const SPECIAL_V4 = blockList([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
]);

/** All global unicast of IPv6 (RFC 4291 2.4). What lies outside is refused, assigned or not. */
const GLOBAL_V6 = blockList(["2000::/3"]);

/** Protocol assignments with Teredo (RFC 2928, RFC 4380), and documentation (RFC 3849, RFC 9637). */
const SPECIAL_V6 = blockList(["2001::/23", "2001:db8::/32", "3fff::/20"]);

/** Prefixes of whole bytes that an IPv4 address follows, which is where a packet ends up: NAT64 (RFC 6052), 6to4 (RFC 3056). */
const TRANSLATED: readonly (readonly number[])[] = [
  [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x20, 0x02],
];

/** One socket for both spellings: the IPv4 address behind `::ffff:0:0/96` (RFC 4291 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Decides on addresses. Ranges that are opened win over every refusal. */
export class AddressRules {
  readonly #opened: BlockList;

  /** `opened` are CIDR ranges. Throws AppError `bad_settings` for one that is none. */
  constructor(opened: readonly string[]) {
    this.#opened = blockList(opened);
  }

  /** Whether the address lies in a range that was opened. */
  opens(address: string): boolean {
    const plain = unmapped(address);
    return plain !== null && inList(this.#opened, plain);
  }

  /** Whether a feed may be fetched from the address. Text that is no address, or has a zone, is not. */
  permits(address: string): boolean {
    return this.opens(address) || isPublic(address);
  }
}

function isPublic(address: string): boolean {
  const plain = unmapped(address);
  if (plain === null) return false;
  if (isIPv4(plain)) return !inList(SPECIAL_V4, plain);
  const bytes = bytesOf(plain);
  const prefix = TRANSLATED.find((candidate) => startsWith(bytes, candidate));
  if (prefix !== undefined) return isPublic(ipv4At(bytes, prefix.length));
  return inList(GLOBAL_V6, plain) && !inList(SPECIAL_V6, plain);
}

/** The address, as IPv4 where it is a mapped one; null when it is none. */
function unmapped(address: string): string | null {
  if (isIP(address) === 0 || address.includes("%")) return null;
  if (isIPv4(address)) return address;
  const bytes = bytesOf(address);
  return startsWith(bytes, MAPPED) ? ipv4At(bytes, MAPPED.length) : address;
}

function startsWith(bytes: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function ipv4At(bytes: readonly number[], index: number): string {
  return bytes.slice(index, index + 4).join(".");
}

/** The 16 bytes of an IPv6 address. */
function bytesOf(address: string): readonly number[] {
  // The URL parser writes any of its spellings in one: hex groups, at most one "::".
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail = ""] = text.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

function inList(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix = ""] = range.split("/", 2);
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    const bits = Number(prefix);
    const isRange =
      isIP(address) !== 0 &&
      !address.includes("%") &&
      /^[0-9]{1,3}$/.test(prefix) &&
      range === `${address}/${prefix}` &&
      bits <= (family === "ipv4" ? 32 : 128);
    if (!isRange) {
      throw new AppError("bad_settings", `${JSON.stringify(range)} is not a range of addresses`, {
        hint: "write CIDR ranges such as 10.0.0.0/8 or fd00::/8",
      });
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}
