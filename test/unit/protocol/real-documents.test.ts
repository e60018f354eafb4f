import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import type { DocumentBody, Unverified } from "../../../src/model/documents.js";
import type { JsonValue } from "../../../src/model/json.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import {
  documentJson,
  parseFeed,
  parseGenesis,
  parseTreaty,
  signedBytes,
} from "../../../src/protocol/documents.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { isJsonArray, isJsonObject, parseJson } from "../../../src/protocol/json.js";
import { verifyFeed, verifyGenesis, verifyTreaty } from "../../../src/protocol/verify.js";

const FOLDER = resolve(import.meta.dirname, "../../../../shared/data/real");
const BUNDLE = "usg-nb.trust-bundle.json";

/** One published document: its text, how to read it, and what decides on it. */
interface Published {
  readonly name: string;
  readonly text: string;
  readonly read: (text: string) => Unverified<DocumentBody>;
  readonly decide: (text: string) => string;
}

function genesisOf(name: string, text: string): Published {
  const read = (changed: string): ReturnType<typeof parseGenesis> =>
    parseGenesis(parseJson(changed));
  const { root_public_key: key, network_authority } = read(text).body;
  const now = toInstant(network_authority.valid_from);
  return {
    name,
    text,
    read,
    decide: (changed) => verifyGenesis(read(changed), [key], { now }).reason,
  };
}

function publishedIn(folder: string): Published[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".genesis.json"));
  const bundle = parseJson(readFileSync(join(folder, BUNDLE)));
  const own = genesisOf("the bundle's genesis", textOf(bundle, "genesis"));
  const keys = [parseGenesis(member(bundle, "genesis")).body.network_authority.public_key];
  const treaties = member(member(bundle, "connectome"), "active_treaties");
  return [
    ...files.map((file) => genesisOf(file, readFileSync(join(folder, file), "utf8"))),
    own,
    ...list(treaties).map((treaty, index): Published => {
      const now = toInstant(parseTreaty(treaty).body.valid_from);
      const read = (text: string): ReturnType<typeof parseTreaty> => parseTreaty(parseJson(text));
      return {
        name: `treaty ${index}`,
        text: canonicalJson(treaty),
        read,
        decide: (text) => verifyTreaty(read(text), keys, { now }).reason,
      };
    }),
    {
      name: "the feed",
      text: textOf(member(bundle, "revocation_feed"), "payload"),
      read: (text) => parseFeed(parseJson(text)),
      decide: (text) => verifyFeed(parseFeed(parseJson(text)), keys).reason,
    },
  ];
}

function member(value: JsonValue, key: string): JsonValue {
  if (!isJsonObject(value) || value[key] === undefined) throw new Error(`no ${key}`);
  return value[key];
}

function textOf(value: JsonValue, key: string): string {
  return canonicalJson(member(value, key));
}

function list(value: JsonValue): readonly JsonValue[] {
  if (!isJsonArray(value)) throw new Error("no list");
  return value;
}

/** The reason of the decision, or the code of the refusal to read. */
function outcome(published: Published, text: string): string {
  try {
    return published.decide(text);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const documents = existsSync(FOLDER) ? publishedIn(FOLDER) : [];

test("six sovereigns published 16 signed documents", ({ skip }) => {
  skip(documents.length === 0, "the published documents are not beside this repository");
  expect(documents).toHaveLength(16);
});

describe.each(documents)("$name", (published) => {
  const { text, read } = published;

  test("is accepted inside its window", () => {
    expect(published.decide(text)).toBe("accepted");
  });

  test("is accepted however its members are spaced and its times are spelt", () => {
    expect(published.decide(JSON.stringify(JSON.parse(text), null, 4))).toBe("accepted");
    expect(published.decide(text.replaceAll(/(?<=T[\d:.]+)Z/g, "+00:00"))).toBe("accepted");
  });

  test("is stored and read without a change", () => {
    expect(signedBytes(read(documentJson(read(text))).body)).toEqual(signedBytes(read(text).body));
  });

  // Spaces, unknown fields, an explicit default and the label of a key are not signed. So whatever is still accepted
  // must read as the very body and the very signatures that were signed.
  test("is refused after a change of any byte that means something", () => {
    const original = meaningOf(read(text));
    const accepted = [...bytesChanged(text)].filter(
      (changed) => outcome(published, changed) === "accepted",
    );
    expect(accepted.filter((changed) => meaningOf(read(changed)) !== original)).toEqual([]);
    expect(accepted.length).toBeLessThan(text.length / 4);
  });

  test("is refused when any value of its body changes", () => {
    const changes = [...changesOf(parseJson(text))].map(canonicalJson);
    expect(changes.length).toBeGreaterThan(10);
    expect(changes.filter((changed) => outcome(published, changed) === "accepted")).toEqual([]);
  });
});

test("a moment outside its window refuses a treaty", ({ skip }) => {
  skip(documents.length === 0, "the published documents are not beside this repository");
  const bundle = parseJson(readFileSync(join(FOLDER, BUNDLE)));
  const keys = [parseGenesis(member(bundle, "genesis")).body.network_authority.public_key];
  for (const json of list(member(member(bundle, "connectome"), "active_treaties"))) {
    const treaty = parseTreaty(json);
    for (const moment of ["2026-06-07T13:34:00Z", "2026-06-08T15:48:00Z"]) {
      expect(verifyTreaty(treaty, keys, { now: toInstant(parseTimestamp(moment)) }).reason).toBe(
        "outside_validity_window",
      );
    }
  }
});

/** The text once for each of its bytes, with the lowest bit of that byte flipped. */
function* bytesChanged(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    yield text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
  }
}

function meaningOf(document: Unverified<DocumentBody>): string {
  const body = Buffer.from(signedBytes(document.body)).toString();
  return [body, ...document.signatures.map(({ sig }) => sig)].join("\n");
}

/** The document once for each scalar of its body, with a letter or a digit of that scalar changed. */
function* changesOf(document: JsonValue): Generator<JsonValue> {
  if (typeof document === "string") {
    yield document.startsWith("x") ? `y${document.slice(1)}` : `x${document.slice(1)}`;
    yield `${document}x`;
  } else if (typeof document === "number") {
    yield document + 1;
  } else if (isJsonArray(document)) {
    yield [...document, "x"];
    for (const [index, item] of document.entries()) {
      yield document.filter((_item, other) => other !== index);
      for (const changed of changesOf(item))
        yield document.map((same, other) => (other === index ? changed : same));
    }
  } else if (isJsonObject(document)) {
    for (const [key, value] of Object.entries(document)) {
      if (key === "signatures") continue;
      for (const changed of changesOf(value)) yield { ...document, [key]: changed };
    }
  }
}
