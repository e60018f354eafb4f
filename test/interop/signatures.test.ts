import { describe, expect, test } from "vitest";
import { encodeBase64 } from "../../src/protocol/base64.js";
import { verifyWithRuntime, verifyWithSodium } from "../../src/protocol/ed25519.js";
import {
  craft,
  craftWith,
  libsodiumAccepts,
  scalarOf,
  smallOrderSpellings,
  type Crafted,
  type Recipe,
} from "../unit/protocol/crafted-signatures.js";
import { Dice } from "./dice.js";
import { askReference, isMissing } from "./reference.js";

/** Raised to a million for a release. */
const COUNT = Number(process.env["CONCORDAT_INTEROP_SIGNATURES"] ?? 100_000);
const BATCH = 20_000;
const CRAFTED = 1_000;

/** A case as the driver writes it, with the reference's verdict: message in hex, signature and key in base64. */
function disagrees(line: string): boolean {
  const [message = "", signature = "", key = "", verdict = ""] = line.split(" ");
  const theirs = verdict === "1";
  const bytes = Buffer.from(message, "hex");
  return [verifyWithRuntime, verifyWithSodium].some(
    (verify) => verify !== null && verify(bytes, signature, key) !== theirs,
  );
}

/** The lines with the reference's verdict at their end. */
async function judged(cases: readonly string[]): Promise<readonly string[]> {
  const [answer] = await askReference<{ verdicts: string }>("verify", [JSON.stringify({ cases })]);
  return cases.map((line, index) => `${line} ${answer?.verdicts[index]}`);
}

function lineOf({ message, signature, key }: Crafted): string {
  return `${Buffer.from(message).toString("hex")} ${encodeBase64(signature)} ${encodeBase64(key)}`;
}

interface Vectors {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}

/** The rows of "Taming the many EdDSAs" (ePrint 2020/1244, table 6c), made again from what each row says of its points. */
const [A, R] = [scalarOf("a"), scalarOf("r")];
const SPELLINGS = smallOrderSpellings();
const NOT_CANONICAL = SPELLINGS.at(-1) ?? new Uint8Array();
const SPECCHECK: Readonly<Record<string, Crafted>> = {
  "0: S = 0, A and R of small order": craft({ a: 0n, i: 1, r: 0n, j: 7 }, Buffer.from("0")),
  "1: A of small order": craftWith({ a: 0n, i: 1, r: R, j: 0 }, true),
  "2: R of small order": craftWith({ a: A, i: 0, r: 0n, j: 1 }, false),
  "3: A and R of mixed order, both equations": craftWith({ a: A, i: 1, r: R, j: 1 }, true),
  "4: A and R of mixed order, cofactored only": craftWith({ a: A, i: 1, r: R, j: 1 }, false),
  "5: A of mixed order, cofactored only": craftWith({ a: A, i: 1, r: R, j: 0 }, false),
  "6: S above L": craft({ a: A, i: 0, r: R, j: 0, excess: 1n }, Buffer.from("6")),
  "7: S far above L": craft({ a: A, i: 0, r: R, j: 0, excess: 8n }, Buffer.from("7")),
  "8 and 9: R not canonical": craft(
    { a: A, i: 0, r: 0n, j: 0, rBytes: NOT_CANONICAL },
    Buffer.from("8"),
  ),
  "10 and 11: A not canonical": craft(
    { a: 0n, i: 0, r: R, j: 0, keyBytes: NOT_CANONICAL },
    Buffer.from("10"),
  ),
};

/** Torsion on either point, points of small order in any spelling, S above L: mixed at random. */
function crafted(index: number): Crafted {
  const dice = new Dice(`crafted ${index}`);
  const scalar = (label: string): bigint =>
    dice.oneIn(8) ? 0n : scalarOf(`${label} ${dice.roll(20)}`);
  const spelling = (): Uint8Array | undefined =>
    dice.oneIn(12) ? SPELLINGS[dice.roll(SPELLINGS.length)] : undefined;
  const [keyBytes, rBytes] = [spelling(), spelling()];
  const recipe: Recipe = {
    a: scalar("a"),
    i: dice.oneIn(3) ? dice.roll(8) : 0,
    r: scalar("r"),
    j: dice.oneIn(3) ? dice.roll(8) : 0,
    excess: dice.oneIn(8) ? BigInt(dice.roll(9)) : 0n,
    ...(keyBytes && { keyBytes }),
    ...(rBytes && { rBytes }),
  };
  return craft(recipe, Buffer.from(`message ${index}`));
}

describe.skipIf(isMissing)("signatures", () => {
  test(`hold exactly when they do for the reference, ${COUNT} of them`, async () => {
    let [accepted, refused] = [0, 0];
    for (let first = 0; first < COUNT; first += BATCH) {
      const count = Math.min(BATCH, COUNT - first);
      const request = JSON.stringify({ seed: `signatures from ${first}`, count });
      const [answer] = await askReference<{ cases: readonly string[] }>("draw", [request]);
      const cases = answer?.cases ?? [];
      expect(cases).toHaveLength(count);
      expect(cases.filter(disagrees)).toEqual([]);
      const holding = cases.filter((line) => line.endsWith(" 1")).length;
      accepted += holding;
      refused += count - holding;
    }
    expect(Math.min(accepted, refused)).toBeGreaterThan(COUNT / 5);
  });

  test(`crafted at the edges of the rules hold exactly when they do for the reference, ${CRAFTED} of them`, async () => {
    const cases = Array.from({ length: CRAFTED }, (_, index) => lineOf(crafted(index)));
    const lines = await judged(cases);
    expect(lines.filter(disagrees)).toEqual([]);
    const accepted = lines.filter((line) => line.endsWith(" 1")).length;
    expect(accepted).toBeGreaterThan(CRAFTED / 5);
    expect(accepted).toBeLessThan((CRAFTED * 4) / 5);
  });

  test("the cases of the speccheck are decided as the reference decides them", async () => {
    const cases = Object.values(SPECCHECK);
    const lines = await judged(cases.map(lineOf));
    expect(lines.filter(disagrees)).toEqual([]);
    expect(lines.map((line) => line.endsWith(" 1"))).toEqual(cases.map(libsodiumAccepts));
    // Only the row in which both equations hold for points that are not of small order.
    expect(lines.flatMap((line, row) => (line.endsWith(" 1") ? [row] : []))).toEqual([3]);
  });

  test("Project Wycheproof's vectors are decided as written, here and by the reference", async () => {
    const [vectors] = await askReference<Vectors>("wycheproof", ["{}"]);
    const cases = (vectors?.testGroups ?? []).flatMap(({ publicKey: { pk }, tests }) =>
      tests.map(({ msg, sig, result }) => {
        const [signature, key] = [sig, pk].map((hex) => Buffer.from(hex, "hex").toString("base64"));
        return { line: `${msg} ${signature} ${key}`, result };
      }),
    );
    expect(cases).toHaveLength(vectors?.numberOfTests ?? -1);
    const lines = await judged(cases.map(({ line }) => line));
    expect(lines.filter(disagrees)).toEqual([]);
    // What is "acceptable" is for each rule set to say; on that we only have to agree.
    const strict = cases.flatMap(({ result }, index) =>
      result === "acceptable" ? [] : [[lines[index]?.endsWith(" 1"), result]],
    );
    expect(strict.filter(([holds, result]) => holds !== (result === "valid"))).toEqual([]);
    expect(strict.length).toBeGreaterThan(100);
  });
});
