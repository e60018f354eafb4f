/** The list of attestations whose acceptance is expected: JSON, YAML or JSON Lines (docs/runbooks/README.md). */
import { readFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { parse } from "yaml";
import { AppError } from "../../errors.js";
import type { MembershipAttestation, Unverified } from "../../model/documents.js";
import type { JsonValue } from "../../model/json.js";
import { parseAttestation } from "../../protocol/documents.js";
import { isJsonArray, isJsonObject, parseJson } from "../../protocol/json.js";

export type Expected = "accept" | "reject";

export interface Expectation {
  /** As the list has it: a file, or an id. */
  readonly name: string;
  /** Null: the list has only the id. */
  readonly document: Unverified<MembershipAttestation> | null;
  readonly id: string;
  readonly expect: Expected;
}

/** More is a mistake, or a reason to take a sample. */
const MOST = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the list at `path`. An entry is `{attestation, expect}`; a whole list may also be an object from attestation to
 * expectation. An attestation is an id, a signed document, or a path of one from the list's folder. Throws AppError
 * `bad_expectations`, `unreadable_file`.
 */
export function readExpectations(path: string): readonly Expectation[] {
  const text = new TextDecoder().decode(read(path));
  const entries = entriesOf(path, text);
  if (entries.length === 0) throw bad(path, "it expects nothing");
  if (entries.length > MOST) throw bad(path, `it has more than ${MOST} entries`);
  return entries.map(([attestation, expect], index) =>
    toExpectation(path, index + 1, attestation, expect),
  );
}

type Entry = readonly [attestation: JsonValue | undefined, expect: JsonValue | undefined];

function entriesOf(path: string, text: string): readonly Entry[] {
  const kind = extname(path).toLowerCase();
  if (kind === ".jsonl") {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line) =>
      entryOf(
        path,
        asJson(path, () => parseJson(line)),
      ),
    );
  }
  const isYaml = kind === ".yaml" || kind === ".yml";
  const value = asJson(path, () =>
    isYaml
      ? parseJson(JSON.stringify(parse(text, { maxAliasCount: 0 })) ?? "null")
      : parseJson(text),
  );
  const list = isJsonObject(value) ? (value["attestations"] ?? value) : value;
  if (isJsonArray(list)) return list.map((item) => entryOf(path, item));
  if (isJsonObject(list)) return Object.entries(list);
  throw bad(path, "it is neither a list nor an object");
}

function entryOf(path: string, value: JsonValue): Entry {
  if (isJsonObject(value)) return [value["attestation"] ?? value["id"], value["expect"]];
  throw bad(path, "an entry is no object with attestation and expect");
}

function toExpectation(
  path: string,
  number: number,
  attestation: JsonValue | undefined,
  expect: JsonValue | undefined,
): Expectation {
  if (expect !== "accept" && expect !== "reject")
    throw bad(path, `entry ${number} expects neither accept nor reject`);
  if (isJsonObject(attestation)) {
    const document = asJson(path, () => parseAttestation(attestation));
    const id = document.body.attestation_id;
    return { name: id, document, id, expect };
  }
  if (typeof attestation !== "string" || attestation === "")
    throw bad(path, `entry ${number} names no attestation`);
  if (!attestation.endsWith(".json"))
    return { name: attestation, document: null, id: attestation, expect };
  const file = resolve(dirname(path), attestation);
  const document = asJson(file, () => parseAttestation(parseJson(read(file))));
  return { name: attestation, document, id: document.body.attestation_id, expect };
}

function read(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_BYTES) return bytes;
  } catch (cause) {
    throw new AppError("unreadable_file", `${path} cannot be read`, { cause });
  }
  throw bad(path, `it is larger than ${MAX_BYTES} bytes`);
}

function asJson<T>(path: string, parseText: () => T): T {
  try {
    return parseText();
  } catch (cause) {
    throw bad(path, cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "", cause);
  }
}

function bad(path: string, why: string, cause?: unknown): AppError {
  return new AppError("bad_expectations", `${path}: ${why}`, { cause });
}
