/** Reads the fields of a document one by one; a fault names the JSON pointer where it stands. */
import { AppError } from "../errors.js";
import type { DocumentStatus } from "../model/documents.js";
import type { JsonInteger, JsonObject, JsonValue } from "../model/json.js";
import type { Timestamp } from "../model/time.js";
import { parseTimestamp } from "./instant.js";
import { MAX_INTEGER } from "./json-limits.js";
import { isJsonArray, isJsonObject } from "./json.js";

const STATUSES: readonly DocumentStatus[] = ["active", "suspended", "revoked"];

/** No prototype, so that no key of hostile text finds a member. */
const NOTHING: JsonObject = { __proto__: null };

/** An object of a document. A field that is absent takes its default where one is given; null is not absence. */
export class Fields {
  readonly #object: JsonObject;
  readonly #pointer: string;

  /** Throws AppError `invalid_document` when `value` is no object. */
  constructor(value: JsonValue | undefined, pointer = "") {
    if (!isJsonObject(value)) throw invalidDocument(pointer, "expected an object");
    this.#object = value;
    this.#pointer = pointer;
  }

  text(key: string): string {
    return text(this.#required(key), this.#at(key));
  }

  textOrNull(key: string): string | null {
    const value = this.#optional(key);
    return value === undefined || value === null ? null : text(value, this.#at(key));
  }

  /** A list of strings; `fallback` when the field is absent. */
  texts(key: string, fallback?: readonly string[]): readonly string[] {
    const value = this.#optional(key);
    if (value === undefined && fallback !== undefined) return fallback;
    return list(value, this.#at(key)).map((item, index) =>
      // A feed holds a hundred thousand: a pointer is made only for the one at fault.
      typeof item === "string" ? item : text(item, `${this.#at(key)}/${index}`),
    );
  }

  textsOrNull(key: string): readonly string[] | null {
    const value = this.#optional(key);
    return value === undefined || value === null ? null : this.texts(key);
  }

  status(key: string): DocumentStatus {
    const value = this.#optional(key);
    return value === undefined ? "active" : status(value, this.#at(key));
  }

  statuses(key: string): readonly DocumentStatus[] {
    const value = this.#optional(key);
    if (value === undefined) return ["active"];
    return list(value, this.#at(key)).map((item, index) =>
      status(item, `${this.#at(key)}/${index}`),
    );
  }

  time(key: string): Timestamp {
    const value = this.text(key);
    try {
      return parseTimestamp(value);
    } catch (cause) {
      throw invalidDocument(this.#at(key), "expected a date-time with a zone", cause);
    }
  }

  /** An integer from 0 up to the 64-bit limit. */
  count(key: string): JsonInteger {
    const value = this.#required(key);
    const isCount =
      (typeof value === "number" && Number.isSafeInteger(value)) || typeof value === "bigint";
    if (!isCount || value < 0 || value > MAX_INTEGER)
      throw invalidDocument(this.#at(key), "expected an integer of at least 0");
    return value;
  }

  /** An object of free content; empty when absent. */
  content(key: string): JsonObject {
    const value = this.#optional(key);
    if (value === undefined) return NOTHING;
    if (!isJsonObject(value)) throw invalidDocument(this.#at(key), "expected an object");
    return value;
  }

  /** An object whose values are strings; empty when absent. */
  textMap(key: string): { readonly [key: string]: string } {
    const map = this.content(key);
    assertTexts(map, this.#at(key));
    return map;
  }

  /** A nested object, which must be there. */
  fields(key: string): Fields {
    return new Fields(this.#required(key), this.#at(key));
  }

  /** A nested object whose fields all have defaults. */
  fieldsOrEmpty(key: string): Fields {
    const value = this.#optional(key);
    return new Fields(value === undefined ? NOTHING : value, this.#at(key));
  }

  /** A list of objects; empty when absent. */
  fieldsList(key: string): readonly Fields[] {
    const value = this.#optional(key);
    if (value === undefined) return [];
    return list(value, this.#at(key)).map(
      (item, index) => new Fields(item, `${this.#at(key)}/${index}`),
    );
  }

  /** An AppError about a rule that the field breaks although its type is right. */
  fault(key: string, what: string): AppError {
    return invalidDocument(this.#at(key), what);
  }

  #optional(key: string): JsonValue | undefined {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }

  #required(key: string): JsonValue {
    const value = this.#optional(key);
    if (value === undefined) throw invalidDocument(this.#at(key), "a field is missing");
    return value;
  }

  #at(key: string): string {
    return `${this.#pointer}/${key}`;
  }
}

function text(value: JsonValue, pointer: string): string {
  if (typeof value !== "string") throw invalidText(pointer);
  return value;
}

function status(value: JsonValue, pointer: string): DocumentStatus {
  const known = STATUSES.find((candidate) => candidate === value);
  if (known === undefined) throw invalidDocument(pointer, `expected one of ${STATUSES.join(", ")}`);
  return known;
}

function list(value: JsonValue | undefined, pointer: string): readonly JsonValue[] {
  if (value === undefined) throw invalidDocument(pointer, "a field is missing");
  if (!isJsonArray(value)) throw invalidDocument(pointer, "expected a list");
  return value;
}

function assertTexts(
  map: JsonObject,
  pointer: string,
): asserts map is { readonly [key: string]: string } {
  for (const key in map) {
    const value = map[key];
    if (typeof value !== "string") throw invalidText(`${pointer}/${escapePointer(key)}`);
  }
}

/** RFC 6901 3. */
function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function invalidText(pointer: string): AppError {
  return invalidDocument(pointer, "expected a string");
}

function invalidDocument(pointer: string, what: string, cause?: unknown): AppError {
  return new AppError("invalid_document", `${pointer === "" ? "the document" : pointer}: ${what}`, {
    details: { pointer },
    cause,
  });
}
