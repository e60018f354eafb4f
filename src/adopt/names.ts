/** Names of resources, made of ids: the same ids always get the same names. Pure. */
import { sha256 } from "../protocol/digest.js";

/** A DNS label (RFC 1123 2.1). */
const LONGEST = 63;
const TAIL = 8;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** Lower case, and everything but letters and digits as hyphens; may be empty. */
export function slugOf(id: string): string {
  return id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** What tells two objects apart whose names begin alike. */
export function tailOf(id: string): string {
  return UUID.test(id) ? id.slice(0, TAIL) : hashOf(id).slice(0, TAIL);
}

function hashOf(id: string): string {
  return sha256(id).slice("sha256:".length);
}

/** Gives out names of one kind, each once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** A name that begins with `parts`; the id's hash tells it apart where it must. */
  give(id: string, ...parts: readonly string[]): string {
    const wanted = parts.filter((part) => part !== "").join("-");
    const hash = hashOf(id);
    const candidates = [
      wanted,
      ...[TAIL, 2 * TAIL, 5 * TAIL].map((length) => withHash(wanted, hash, length)),
    ];
    const name =
      candidates.find(
        (candidate) =>
          candidate !== "" && candidate.length <= LONGEST && !this.#taken.has(candidate),
      ) ?? hash.slice(0, LONGEST);
    this.#taken.add(name);
    return name;
  }
}

function withHash(wanted: string, hash: string, length: number): string {
  const head = wanted.slice(0, LONGEST - 1 - length).replace(/-+$/, "");
  return [head, hash.slice(0, length)].filter((part) => part !== "").join("-");
}
