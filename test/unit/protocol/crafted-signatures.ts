/**
 * Ed25519 signatures that careless verifiers read differently ("Taming the many EdDSAs", ePrint 2020/1244), made from
 * their algebra: A = aB + iT and R = rB + jT, where T has order 8 and i, j say how much torsion each point carries.
 */
import { hash } from "node:crypto";
import { Point } from "@noble/ed25519";

const { p: P, n: L } = Point.CURVE();

/** A point of order 8: it and its multiples are all points of small order. */
const T = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

export interface Crafted {
  readonly message: Uint8Array;
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** `a` and `r` are scalars (0: the point is of small order), `i` and `j` the torsion of A and R. */
export interface Recipe {
  readonly a: bigint;
  readonly i: number;
  readonly r: bigint;
  readonly j: number;
  /** Added to S, in multiples of L. */
  readonly excess?: bigint;
  /** Spellings that replace those of A and R; the hash is over what is sent. */
  readonly keyBytes?: Uint8Array;
  readonly rBytes?: Uint8Array;
}

/** Signs so that 8SB = 8R + 8hA always holds, and SB = R + hA exactly when j + hi is a multiple of 8. */
export function craft(
  { a, i, r, j, excess = 0n, keyBytes, rBytes }: Recipe,
  message: Uint8Array,
): Crafted {
  const key = keyBytes ?? pointOf(a, i).toBytes();
  const rEncoded = rBytes ?? pointOf(r, j).toBytes();
  const s = (r + challenge(rEncoded, key, message) * a) % L;
  return { message, key, signature: Buffer.concat([rEncoded, toBytes(s + excess * L)]) };
}

/** The first of a row of messages for which the cofactorless equation holds, or does not. */
export function craftWith(recipe: Recipe, holds: boolean): Crafted {
  for (let counter = 0; ; counter++) {
    const crafted = craft(recipe, Buffer.from(`message ${counter}`));
    const h = challenge(crafted.signature.subarray(0, 32), crafted.key, crafted.message);
    if (((BigInt(recipe.j) + h * BigInt(recipe.i)) % 8n === 0n) === holds) return crafted;
  }
}

function pointOf(scalar: bigint, torsion: number): Point {
  const base = scalar === 0n ? Point.ZERO : Point.BASE.multiply(scalar);
  return base.add(T.multiplyUnsafe(BigInt(torsion % 8)));
}

/** All spellings of points of small order, canonical or not, with either sign. */
export function smallOrderSpellings(): Uint8Array[] {
  const ys = Array.from({ length: 8 }, (_, i) => pointOf(0n, i).toAffine().y);
  const spelled = new Set([...ys, ...ys.map((y) => y + P)]);
  const fitting = [...spelled].filter((y) => y < 2n ** 255n);
  return fitting.flatMap((y) => [toBytes(y), toBytes(y + 2n ** 255n)]);
}

/** libsodium's rule set, written a second time from RFC 8032 5.1.7 with big integers. */
export function libsodiumAccepts({ message, key, signature }: Crafted): boolean {
  const rBytes = signature.subarray(0, 32);
  const s = toNumber(signature.subarray(32));
  if (s >= L || toNumber(rBytes) % 2n ** 255n >= P || toNumber(key) % 2n ** 255n >= P) return false;
  try {
    const a = Point.fromBytes(key);
    if (a.isSmallOrder() || Point.fromBytes(rBytes).isSmallOrder()) return false;
    const expected = Point.BASE.multiplyUnsafe(s).add(
      a.negate().multiplyUnsafe(challenge(rBytes, key, message)),
    );
    return Buffer.from(expected.toBytes()).equals(rBytes);
  } catch {
    return false;
  }
}

/** Whether SB = R + hA for the points that the bytes stand for, when nothing is asked of how they are spelt. */
export function equationHolds({ message, key, signature }: Crafted): boolean {
  const rBytes = signature.subarray(0, 32);
  const left = Point.BASE.multiplyUnsafe(toNumber(signature.subarray(32)) % L);
  const right = Point.fromBytes(key, true).multiplyUnsafe(challenge(rBytes, key, message));
  return left.equals(right.add(Point.fromBytes(rBytes, true)));
}

function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return toNumber(hash("sha512", Buffer.concat([r, key, message]), "buffer")) % L;
}

/** A scalar below L, never 0, that depends on nothing but the label. */
export function scalarOf(label: string): bigint {
  return (toNumber(hash("sha512", label, "buffer")) % (L - 1n)) + 1n;
}

/** 32 bytes, little-endian. */
export function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").toReversed();
}

function toNumber(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(littleEndian.toReversed()).toString("hex")}`);
}
