/** The Merkle tree of RFC 6962 over stored hashes: roots, proofs and their verification. */
import { hash } from "node:crypto";
import { AppError } from "../../errors.js";

/** Gives the stored hashes at the positions, in their order. Throws when one is missing. */
export type ReadHashes = (positions: readonly number[]) => readonly Uint8Array[];

export const HASH_BYTES = 32;

/** The root of the tree without leaves: SHA-256 of nothing (RFC 6962 2.1). */
export const EMPTY_ROOT: Uint8Array = sha256(Buffer.alloc(0));

// One buffer serves every node, for a log of a million entries has a million of them.
const NODE = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** SHA-256(0x00 || leaf), RFC 6962 2.1. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(leaf.length + 1);
  bytes[0] = 0;
  bytes.set(leaf, 1);
  return sha256(bytes);
}

/** SHA-256(0x01 || left || right), RFC 6962 2.1. Both are hashes of 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  NODE.set(left, 1);
  NODE.set(right, 1 + HASH_BYTES);
  return sha256(NODE);
}

/** Where the `n`-th hash of a level is stored; level 0 holds the leaves (Go's `tlog.StoredHashIndex`). */
export function storedHashIndex(level: number, n: number): number {
  let leaf = n;
  for (let l = level; l > 0; l--) leaf = 2 * leaf + 1;
  let position = level;
  for (; leaf > 0; leaf = half(leaf)) position += leaf;
  return position;
}

/** How many hashes a log of `n` leaves stores. */
export function storedHashCount(n: number): number {
  let count = 0;
  for (let rest = n; rest > 0; rest = half(rest)) count += rest;
  return count;
}

/** The hashes that appending leaf `index` stores, the first at position `storedHashCount(index)`. */
export function storedHashesFor(
  index: number,
  leaf: Uint8Array,
  read: ReadHashes,
): readonly Uint8Array[] {
  const siblings: number[] = [];
  for (let n = index, level = 0; isOdd(n); n = half(n), level++)
    siblings.push(storedHashIndex(level, n - 1));
  const hashes = [leaf];
  let node = leaf;
  for (const left of siblings.length === 0 ? [] : read(siblings)) {
    node = nodeHash(left, node);
    hashes.push(node);
  }
  return hashes;
}

/** The root of the tree of the first `size` leaves. */
export function rootAt(size: number, read: ReadHashes): Uint8Array {
  return size === 0 ? EMPTY_ROOT : fold(read(peaksOf(0, size)));
}

/**
 * The hashes that lead from leaf `index` to the root of `size` leaves, the leaf's sibling first (RFC 6962 2.1.1).
 * Throws AppError `bad_proof` for an index outside of the tree.
 */
export function inclusionProof(
  index: number,
  size: number,
  read: ReadHashes,
): readonly Uint8Array[] {
  if (!isCount(size) || !isCount(index) || index >= size)
    throw new AppError("bad_proof", `entry ${index} is not in a log of ${size} entries`);
  const parts: Range[] = [];
  let range: Range = { from: 0, to: size };
  while (range.to - range.from > 1) {
    const middle = split(range);
    const [left, right] = [
      { from: range.from, to: middle },
      { from: middle, to: range.to },
    ];
    parts.push(index < middle ? right : left);
    range = index < middle ? left : right;
  }
  return hashesOf(parts.toReversed(), read);
}

/**
 * The hashes that show the tree of `old` leaves to be the beginning of the one of `size` leaves (RFC 6962 2.1.2); none
 * when the old one is empty or both are the same. Throws AppError `bad_proof` when `old` is the larger one.
 */
export function consistencyProof(
  old: number,
  size: number,
  read: ReadHashes,
): readonly Uint8Array[] {
  if (!isCount(old) || !isCount(size) || old > size)
    throw new AppError("bad_proof", `a log of ${size} entries does not extend one of ${old}`);
  if (old === 0 || old === size) return [];
  const parts: Range[] = [];
  let range: Range = { from: 0, to: size };
  while (range.to !== old) {
    const middle = split(range);
    const isLeft = old <= middle;
    parts.push(isLeft ? { from: middle, to: range.to } : { from: range.from, to: middle });
    range = isLeft ? { from: range.from, to: middle } : { from: middle, to: range.to };
  }
  // The verifier holds the old root: it is not repeated when it is a whole subtree of the new tree.
  if (range.from > 0) parts.push(range);
  return hashesOf(parts.toReversed(), read);
}

/** Whether the proof leads from the leaf's hash at `index` to the root of `size` leaves (RFC 9162 2.1.3.2). */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isCount(size) || !isCount(index) || index >= size || !areHashes([leaf, root, ...proof]))
    return false;
  let [node, last, result] = [index, size - 1, leaf];
  for (const step of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      result = nodeHash(step, result);
      for (; !isOdd(node) && node > 0; last = half(last)) node = half(node);
    } else {
      result = nodeHash(result, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(result, root);
}

/** Whether the proof shows that the tree of `size` leaves begins with the one of `old` leaves (RFC 9162 2.1.4.2). */
export function verifyConsistency(
  old: number,
  size: number,
  oldRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(old) || !isCount(size) || old > size || !areHashes([oldRoot, root, ...proof]))
    return false;
  if (old === 0)
    return proof.length === 0 && isSame(oldRoot, EMPTY_ROOT) && (size > 0 || isSame(root, oldRoot));
  if (old === size) return proof.length === 0 && isSame(oldRoot, root);
  let [node, last] = [old - 1, size - 1];
  for (; isOdd(node); last = half(last)) node = half(node);
  // The old tree is one whole subtree of the new one: the proof begins with it.
  const steps = node === 0 ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = steps;
  if (first === undefined) return false;
  let [oldResult, result] = [first, first];
  for (const step of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      oldResult = nodeHash(step, oldResult);
      result = nodeHash(step, result);
      for (; !isOdd(node) && node > 0; last = half(last)) node = half(node);
    } else {
      result = nodeHash(result, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(oldResult, oldRoot) && isSame(result, root);
}

/** Builds roots from leaf hashes in their order, holding one hash for each level. */
export class RootBuilder {
  readonly #peaks: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf, and returns the hashes that the log stores for it, as `storedHashesFor` does. */
  append(leaf: Uint8Array): readonly Uint8Array[] {
    const stored = [leaf];
    let node = leaf;
    for (let n = this.#size; isOdd(n); n = half(n)) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new Error("a peak for each one-bit of the size");
      node = nodeHash(left, node);
      stored.push(node);
    }
    this.#peaks.push(node);
    this.#size++;
    return stored;
  }

  root(): Uint8Array {
    return this.#size === 0 ? EMPTY_ROOT : fold(this.#peaks);
  }
}

/** Leaves from..to-1, where `from` is a multiple of a power of two that is no smaller than the range. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two that is smaller than the range, counted from its start (RFC 6962 2.1). */
function split({ from, to }: Range): number {
  let power = 1;
  while (power * 2 < to - from) power *= 2;
  return from + power;
}

/** Positions of the whole subtrees that make up a range, the largest first. */
function peaksOf(from: number, to: number): readonly number[] {
  const positions: number[] = [];
  for (let start = from; start < to;) {
    let [width, level] = [1, 0];
    for (; width * 2 <= to - start; width *= 2) level++;
    positions.push(storedHashIndex(level, start / width));
    start += width;
  }
  return positions;
}

function hashesOf(ranges: readonly Range[], read: ReadHashes): readonly Uint8Array[] {
  const peaks = ranges.map(({ from, to }) => peaksOf(from, to));
  const hashes = read(peaks.flat());
  let start = 0;
  return peaks.map(({ length }) => {
    const part = hashes.slice(start, start + length);
    start += length;
    return fold(part);
  });
}

/** Joins neighbouring subtrees from the right (RFC 6962 2.1: the right one is never the larger). */
function fold(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** By way of a text, because Node makes that in half the time of a buffer. */
function sha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash("sha256", bytes, "binary"), "binary");
}

// Bit operators would cut positions to 32 bits.

function isOdd(n: number): boolean {
  return n % 2 === 1;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((bytes) => bytes.length === HASH_BYTES);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
