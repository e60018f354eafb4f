import { describe, expect, test } from "vitest";
import {
  EMPTY_ROOT,
  RootBuilder,
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  rootAt,
  storedHashCount,
  storedHashIndex,
  verifyConsistency,
  verifyInclusion,
} from "../../../../src/protocol/log/merkle.js";
import { logOf, numberedLog } from "../../../helpers/memory-log.js";
import { codeOf } from "../expectations.js";

/** The inputs and roots that implementations of RFC 6962 have shared since Certificate Transparency's first tests. */
const INPUTS = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((input) => Buffer.from(input, "hex"));
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("roots", () => {
  test.each(ROOTS.map((root, size) => ({ size, root })))("of $size known leaves", (known) => {
    const log = logOf(INPUTS.slice(0, known.size));
    const builder = new RootBuilder();
    for (const leaf of log.leafHashes) builder.append(leaf);
    expect(hex(rootAt(known.size, log.read))).toBe(known.root);
    expect(hex(builder.root())).toBe(known.root);
  });

  test("of no leaf is the hash of nothing", () => {
    expect(Buffer.from(EMPTY_ROOT).toString("base64")).toBe(
      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    );
  });

  test("a leaf never hashes as a node does", () => {
    const [left, right] = [leafHash(Buffer.from("a")), leafHash(Buffer.from("b"))];
    expect(leafHash(Buffer.concat([left, right]))).not.toEqual(nodeHash(left, right));
  });
});

describe("the numbering of stored hashes", () => {
  test("appends each node behind its right child", () => {
    const positions = [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 2],
      [0, 2, 3],
      [0, 3, 4],
      [1, 1, 5],
      [2, 0, 6],
      [0, 4, 7],
    ] as const;
    for (const [level, n, position] of positions) expect(storedHashIndex(level, n)).toBe(position);
  });

  test.each([
    [0, 0],
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 7],
    [7, 11],
    [20_000, 39_995],
    [2 ** 40, 2 ** 41 - 1],
  ])("%i leaves store %i hashes", (leaves, hashes) => {
    expect(storedHashCount(leaves)).toBe(hashes);
  });

  test("a log too large for 32 bits is numbered exactly", () => {
    expect(storedHashIndex(0, 2 ** 45)).toBe(storedHashCount(2 ** 45));
  });
});

describe("verifyInclusion", () => {
  const log = numberedLog(11);
  const [leaf, root] = [log.leafHashes[6], log.roots[11]];
  const proof = inclusionProof(6, 11, log.read);

  function verifies(change: {
    index?: number;
    size?: number;
    proof?: readonly Uint8Array[];
    leaf?: Uint8Array;
  }): boolean {
    if (leaf === undefined || root === undefined) throw new Error("the log has 11 entries");
    const { index = 6, size = 11 } = change;
    return verifyInclusion(index, size, change.leaf ?? leaf, change.proof ?? proof, root);
  }

  test("accepts the proof as it was made", () => {
    expect(verifies({})).toBe(true);
  });

  test.each([
    { why: "size 0", change: { index: 0, size: 0 } },
    { why: "index = size", change: { index: 11 } },
    { why: "a negative index", change: { index: -1 } },
    { why: "an index that is no integer", change: { index: 6.5 } },
    { why: "a neighbour's index", change: { index: 7 } },
    { why: "another size", change: { size: 6 } },
    { why: "an extra hash behind", change: { proof: [...proof, EMPTY_ROOT] } },
    { why: "an extra hash before", change: { proof: [EMPTY_ROOT, ...proof] } },
    { why: "a missing hash", change: { proof: proof.slice(1) } },
    { why: "swapped order", change: { proof: proof.toReversed() } },
    { why: "no hash", change: { proof: [] } },
    { why: "a short hash", change: { proof: proof.map((step) => step.subarray(1)) } },
    { why: "another leaf", change: { leaf: log.leafHashes[5] ?? EMPTY_ROOT } },
    { why: "the root as its own leaf", change: { leaf: root ?? EMPTY_ROOT, proof: [] } },
  ])("refuses $why", ({ change }) => {
    expect(verifies(change)).toBe(false);
  });

  test("no proof is made for an entry that the log has not", () => {
    expect(codeOf(() => inclusionProof(11, 11, log.read))).toBe("bad_proof");
    expect(codeOf(() => inclusionProof(0, 0, log.read))).toBe("bad_proof");
    expect(codeOf(() => inclusionProof(-1, 11, log.read))).toBe("bad_proof");
  });
});

describe("verifyConsistency", () => {
  const log = numberedLog(11);
  const [old = EMPTY_ROOT, root = EMPTY_ROOT] = [log.roots[6], log.roots[11]];
  const proof = consistencyProof(6, 11, log.read);

  test("accepts the proof as it was made", () => {
    expect(verifyConsistency(6, 11, old, root, proof)).toBe(true);
  });

  test.each([
    { why: "an older log that is longer", from: 12, to: 11, steps: proof },
    { why: "another old size", from: 5, to: 11, steps: proof },
    { why: "another size", from: 6, to: 17, steps: proof },
    { why: "an extra hash", from: 6, to: 11, steps: [...proof, EMPTY_ROOT] },
    { why: "swapped order", from: 6, to: 11, steps: proof.toReversed() },
    { why: "no hash", from: 6, to: 11, steps: [] },
    { why: "a missing hash", from: 6, to: 11, steps: proof.slice(0, -1) },
    { why: "the empty log with a proof", from: 0, to: 11, steps: proof },
    { why: "a size that is no integer", from: 5.5, to: 11, steps: proof },
  ])("refuses $why", ({ from, to, steps }) => {
    expect(verifyConsistency(from, to, old, root, steps)).toBe(false);
  });

  test("refuses swapped roots", () => {
    expect(verifyConsistency(6, 11, root, old, proof)).toBe(false);
  });

  test("the same size has the same root and no proof", () => {
    expect(verifyConsistency(11, 11, root, root, [])).toBe(true);
    expect(verifyConsistency(11, 11, old, root, [])).toBe(false);
    expect(verifyConsistency(11, 11, root, root, [root])).toBe(false);
  });

  test("every log extends the empty one, whose root is known", () => {
    expect(verifyConsistency(0, 11, EMPTY_ROOT, root, [])).toBe(true);
    expect(verifyConsistency(0, 11, root, root, [])).toBe(false);
    expect(verifyConsistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])).toBe(true);
    expect(verifyConsistency(0, 0, EMPTY_ROOT, root, [])).toBe(false);
  });

  test("no proof is made from a longer log to a shorter one", () => {
    expect(codeOf(() => consistencyProof(12, 11, log.read))).toBe("bad_proof");
  });
});
