import { describe, expect, test } from "vitest";
import type { DocumentBody, Unverified } from "../../src/model/documents.js";
import type { JsonValue } from "../../src/model/json.js";
import {
  documentJson,
  parseAttestation,
  parseFeed,
  parseTreaty,
  signedBytes,
} from "../../src/protocol/documents.js";
import { parseJson } from "../../src/protocol/json.js";
import { signatureHolds } from "../../src/protocol/verify.js";
import { generate, type Kind, type Sample } from "./generated.js";
import { askReference, isMissing } from "./reference.js";

const COUNT = 10_000;

type Parse = (value: JsonValue) => Unverified<DocumentBody>;
const KINDS: readonly (readonly [string, Kind, Parse])[] = [
  ["a treaty", "treaty", parseTreaty],
  ["an attestation", "attestation", parseAttestation],
  ["a feed", "feed", parseFeed],
];

describe.skipIf(isMissing).each(KINDS)("%s", (_name, kind, parse) => {
  test(`is the same bytes here, ${COUNT} signed by the reference`, async () => {
    const request = JSON.stringify({ kind, seed: `${kind} of the reference`, count: COUNT });
    const samples = await askReference<Sample>("issue", [request]);
    expect(samples).toHaveLength(COUNT);
    expect(samples.filter((sample) => !readsAsSigned(sample, parse))).toEqual([]);
  });

  test(`is the same bytes there, ${COUNT} signed here`, async () => {
    const samples = generate(kind, COUNT, 4);
    const requests = samples.map(({ document, key }) => JSON.stringify({ kind, document, key }));
    const answers = await askReference<{ signed: string; holds: boolean }>("read", requests);
    expect(answers).toHaveLength(COUNT);
    const wrong = answers.filter(
      ({ signed, holds }, index) => !holds || signed !== samples[index]?.signed,
    );
    expect(wrong).toEqual([]);
  });
});

/** Our bytes are those that the reference signed, its signature holds, and what we store reads back as the same. */
function readsAsSigned({ document, signed, key }: Sample, parse: Parse): boolean {
  const read = parse(parseJson(document));
  const stored = parse(parseJson(documentJson(read)));
  return [read, stored].every(
    (each) =>
      Buffer.from(signedBytes(each.body)).toString() === signed &&
      signatureHolds(each, [key]) !== null,
  );
}
