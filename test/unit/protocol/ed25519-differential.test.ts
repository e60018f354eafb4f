import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { verifyWithRuntime, verifyWithSodium } from "../../../src/protocol/ed25519.js";
import { craft, libsodiumAccepts, scalarOf, smallOrderSpellings } from "./crafted-signatures.js";
import type { Crafted, Recipe } from "./crafted-signatures.js";

const CASES = 3000;
const SPELLINGS = smallOrderSpellings();

/** A stream of small numbers that depends on nothing but the label. */
function dice(label: string): (sides: number) => number {
  const bytes = hash("sha512", label, "buffer");
  let at = 0;
  return (sides) => bytes.readUInt16BE((at++ * 2) % 64) % sides;
}

/** Torsion on A and R, points of small order in any spelling, S + kL and flipped bits, mixed at random. */
function generated(index: number): Crafted {
  const roll = dice(`case ${index}`);
  const scalar = (label: string): bigint => (roll(8) === 0 ? 0n : scalarOf(`${label} ${roll(20)}`));
  const recipe: Recipe = {
    a: scalar("a"),
    i: roll(3) === 0 ? roll(8) : 0,
    r: scalar("r"),
    j: roll(3) === 0 ? roll(8) : 0,
    excess: roll(8) === 0 ? BigInt(roll(9)) : 0n,
    ...spelling("keyBytes", roll),
    ...spelling("rBytes", roll),
  };
  const crafted = craft(recipe, Buffer.from(`message ${index}`));
  return roll(4) === 0 ? flipped(crafted, roll) : crafted;
}

function spelling(field: "keyBytes" | "rBytes", roll: (sides: number) => number): Partial<Recipe> {
  const bytes = roll(12) === 0 ? SPELLINGS[roll(SPELLINGS.length)] : undefined;
  return bytes === undefined ? {} : { [field]: bytes };
}

function flipped(crafted: Crafted, roll: (sides: number) => number): Crafted {
  const part = (["message", "key", "signature"] as const)[roll(3)] ?? "message";
  const bytes = Buffer.from(crafted[part]);
  const position = roll(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << roll(8)), position);
  return { ...crafted, [part]: bytes };
}

test(`three implementations agree on ${CASES} crafted signatures`, ({ skip }) => {
  skip(verifyWithSodium === null, "sodium-native has no build here");
  let accepted = 0;
  for (let index = 0; index < CASES; index++) {
    const crafted = generated(index);
    const args = [
      crafted.message,
      encodeBase64(crafted.signature),
      encodeBase64(crafted.key),
    ] as const;
    const verdicts = [
      verifyWithSodium?.(...args),
      verifyWithRuntime(...args),
      libsodiumAccepts(crafted),
    ];
    expect(new Set(verdicts), `case ${index}: ${verdicts.join()}`).toHaveProperty("size", 1);
    if (verdicts[0] === true) accepted += 1;
  }
  // Both verdicts must be common, or agreement says little.
  expect(accepted).toBeGreaterThan(CASES / 5);
  expect(accepted).toBeLessThan((CASES * 4) / 5);
}, 60_000);
