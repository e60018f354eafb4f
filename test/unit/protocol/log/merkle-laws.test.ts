import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  RootBuilder,
  consistencyProof,
  inclusionProof,
  rootAt,
  storedHashCount,
  verifyConsistency,
  verifyInclusion,
} from "../../../../src/protocol/log/merkle.js";
import { numberedLog } from "../../../helpers/memory-log.js";

const SIZE = 70;
const log = numberedLog(SIZE);

function at<T>(list: readonly (T | undefined)[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

/** The same bytes with one bit turned. */
function turned(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Buffer.from(bytes);
  const place = Math.floor(bit / 8) % copy.length;
  copy.writeUInt8(copy.readUInt8(place) ^ (1 << (bit % 8)), place);
  return copy;
}

const bit = fc.nat(255);
const entryOfSize = fc
  .integer({ min: 1, max: SIZE })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }));

describe("laws of the tree", () => {
  test("every entry of every size has a proof that verifies", () => {
    for (let size = 1; size <= SIZE; size++)
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(index, size, log.read);
        const leaf = at(log.leafHashes, index);
        expect(verifyInclusion(index, size, leaf, proof, at(log.roots, size))).toBe(true);
      }
  });

  test("every size extends every smaller one", () => {
    for (let size = 0; size <= SIZE; size++)
      for (let old = 0; old <= size; old++) {
        const proof = consistencyProof(old, size, log.read);
        const [before, after] = [at(log.roots, old), at(log.roots, size)];
        expect(verifyConsistency(old, size, before, after, proof)).toBe(true);
      }
  });

  test("one turned bit in leaf, root or any hash of an inclusion proof is refused", () => {
    fc.assert(
      fc.property(entryOfSize, bit, fc.nat(), ({ size, index }, turn, pick) => {
        const parts = [
          at(log.leafHashes, index),
          at(log.roots, size),
          ...inclusionProof(index, size, log.read),
        ];
        const target = pick % parts.length;
        const changed = parts.map((part, i) => (i === target ? turned(part, turn) : part));
        const [leaf, root, ...proof] = changed;
        expect(verifyInclusion(index, size, at([leaf], 0), proof, at([root], 0))).toBe(false);
      }),
    );
  });

  test("one turned bit in either root or any hash of a consistency proof is refused", () => {
    const pair = fc
      .integer({ min: 1, max: SIZE })
      .chain((size) =>
        fc.record({ size: fc.constant(size), old: fc.integer({ min: 1, max: size }) }),
      );
    fc.assert(
      fc.property(pair, bit, fc.nat(), ({ size, old }, turn, pick) => {
        const parts = [
          at(log.roots, old),
          at(log.roots, size),
          ...consistencyProof(old, size, log.read),
        ];
        const target = pick % parts.length;
        const [before, after, ...proof] = parts.map((part, i) =>
          i === target ? turned(part, turn) : part,
        );
        if (before === undefined || after === undefined) throw new Error("two roots");
        expect(verifyConsistency(old, size, before, after, proof)).toBe(false);
      }),
    );
  });

  test("a proof for one entry proves no other entry and no other size", () => {
    fc.assert(
      fc.property(entryOfSize, entryOfSize, (one, other) => {
        fc.pre(one.index !== other.index || one.size !== other.size);
        const proof = inclusionProof(one.index, one.size, log.read);
        const leaf = at(log.leafHashes, one.index);
        expect(
          verifyInclusion(other.index, other.size, leaf, proof, at(log.roots, other.size)),
        ).toBe(false);
      }),
    );
  });

  test("appending stores the hashes in the order in which they are numbered", () => {
    const builder = new RootBuilder();
    const stored: Uint8Array[] = [];
    for (const leaf of log.leafHashes) {
      expect(stored.length).toBe(storedHashCount(builder.size));
      stored.push(...builder.append(leaf));
      expect(builder.root()).toEqual(at(log.roots, builder.size));
    }
    expect(stored).toEqual(log.stored);
  });

  test("a root is made of what is stored at its size, and of nothing later", () => {
    for (let size = 0; size <= SIZE; size++) {
      const limit = storedHashCount(size);
      const root = rootAt(size, (positions) => {
        expect(Math.max(...positions)).toBeLessThan(limit);
        return log.read(positions);
      });
      expect(root).toEqual(at(log.roots, size));
    }
  });
});
