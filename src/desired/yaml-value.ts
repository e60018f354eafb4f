/** A composed YAML document to a plain value, with the position of every value and the paths that hold a fault. */
import { isMap, isScalar, isSeq } from "yaml";
import type { Document, ParsedNode, Scalar, YAMLMap } from "yaml";
import type { JsonObject, JsonValue } from "../model/json.js";
import { refusedCharacters } from "./characters.js";
import { REPLACED } from "./decode.js";
import type { FileReport } from "./file-report.js";
import { readFreeFloat } from "./free-float.js";
import { KeyReader } from "./yaml-key.js";
import type { Limits } from "./limits.js";
import { readPlainScalar, ScalarFault } from "./plain-scalar.js";
import { childPath } from "./pointer.js";
import { isPrivateJwk } from "./private-key.js";
import type { Position, SourceText } from "./source-text.js";

export interface YamlValue {
  readonly value: JsonValue;
  /** JSON pointer of a value to its position. */
  readonly positions: { readonly [path: string]: Position };
  /** JSON pointers of the values that were reported here, so that the schema does not report them again. */
  readonly faulty: ReadonlySet<string>;
  /** Whether the value is all that the document says: nothing of it was refused. */
  readonly isWhole: boolean;
}

/** The value of a document whose depth has been checked. What is refused is reported, and left out or kept as text. */
export function readValue(
  document: Document.Parsed,
  source: SourceText,
  limits: Limits,
  report: FileReport,
): YamlValue {
  const reader = new ValueReader(source, limits, report);
  const value = reader.read(document.contents, "");
  return { value, positions: reader.positions, faulty: reader.faulty, isWhole: reader.isWhole };
}

class ValueReader {
  readonly positions: { [path: string]: Position } = {};
  readonly faulty = new Set<string>();
  #hasRefusedKeys = false;
  readonly #source: SourceText;
  readonly #limits: Limits;
  readonly #report: FileReport;

  constructor(source: SourceText, limits: Limits, report: FileReport) {
    this.#source = source;
    this.#limits = limits;
    this.#report = report;
  }

  get isWhole(): boolean {
    return !this.#hasRefusedKeys && this.faulty.size === 0;
  }

  read(node: ParsedNode | null, path: string): JsonValue {
    if (node === null) return null;
    this.positions[path] = this.#source.position(node.range[0]);
    if (node.tag !== undefined) this.faulty.add(path);
    if (isScalar(node)) return this.#scalar(node, path);
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node))
      return node.items.map((item, index) => this.read(item, childPath(path, index)));
    // What is left is an alias, which has been reported.
    this.faulty.add(path);
    return null;
  }

  #scalar(node: Scalar.Parsed, path: string): JsonValue {
    const text = node.source;
    if (text.includes(REPLACED)) {
      // The character has been reported.
      this.faulty.add(path);
      return text;
    }
    const value =
      node.type === "PLAIN" ? (readFreeFloat(text, path) ?? readPlainScalar(text)) : text;
    if (value instanceof ScalarFault) {
      this.#fault(path, node, value);
      return text;
    }
    if (typeof value === "string") this.#checkCharacters(node, path, value);
    return value;
  }

  /** A quoted scalar can name by an escape what the file must not hold. */
  #checkCharacters(node: Scalar.Parsed, path: string, value: string): void {
    if (node.type !== "QUOTE_DOUBLE") return;
    for (const { code, name } of refusedCharacters(value)) {
      const message = `the text holds ${name} by an escape`;
      this.#fault(path, node, { code, message, hint: "leave the character out" });
    }
  }

  #map(node: YAMLMap.Parsed, path: string): JsonObject {
    const { keysPerMap } = this.#limits;
    if (node.items.length > keysPerMap) {
      this.#fault(path, node, { code: "limit", message: `a map has more than ${keysPerMap} keys` });
    }
    const keys = new KeyReader(this.#source, this.#report);
    const value: Record<string, JsonValue> = { __proto__: null };
    for (const pair of node.items) {
      const key = keys.read(pair.key);
      if (key !== null) value[key] = this.read(pair.value, childPath(path, key));
    }
    this.#hasRefusedKeys ||= keys.hasFaults;
    if (keys.isIncomplete) this.faulty.add(path);
    if (isPrivateJwk(keys)) {
      this.faulty.add(path);
      const place = () => this.#source.hiddenPlace(node.range[0]);
      this.#report.add("private_key", place, "this map is a JSON Web Key with its private half");
    }
    return value;
  }

  #fault(
    path: string,
    node: ParsedNode,
    { code, message, hint }: Pick<ScalarFault, "code" | "message"> & { readonly hint?: string },
  ): void {
    this.faulty.add(path);
    this.#report.add(code, () => this.#source.place(node.range[0]), message, hint);
  }
}
