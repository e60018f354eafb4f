/** Which keys a map may have: plain strings, each once, none that names a private key or has a meaning for JavaScript. */
import { isMap, isScalar, isSeq } from "yaml";
import type { Pair, ParsedNode, YAMLMap } from "yaml";
import { quoted } from "./characters.js";
import { REPLACED } from "./decode.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { FileReport } from "./file-report.js";
import { readPlainScalar } from "./plain-scalar.js";
import { keysOf } from "./pointer.js";
import { isPrivateKeyField } from "./private-key.js";
import type { SourceText } from "./source-text.js";

/** The identifiers of the protocol fit, and so do the names that others give to claims. */
const KEY = /^[!-~]{1,128}$/;
const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const MERGE = "<<";

/** Reads the keys of one map, in order. */
export class KeyReader {
  readonly #source: SourceText;
  readonly #report: FileReport;
  readonly #offsets = new Map<string, number>();
  /** Whether a refused key may have stood for any field of the map. */
  isIncomplete = false;

  constructor(source: SourceText, report: FileReport) {
    this.#source = source;
    this.#report = report;
  }

  has(key: string): boolean {
    return this.#offsets.has(key);
  }

  /** The key, or null when it is refused; the refusal is reported. */
  read(node: ParsedNode): string | null {
    if (!isScalar(node))
      return this.#refuse(
        node,
        "non_string_key",
        "a key must be a string, not a map, list or alias",
      );
    const key = node.source;
    const isPlain = node.type === "PLAIN";
    if (isPlain && key === MERGE) {
      this.isIncomplete = true;
      return this.#refuse(node, "merge_forbidden", "the merge key << is refused");
    }
    if (key.includes(REPLACED)) {
      this.isIncomplete = true;
      return null;
    }
    const first = this.#offsets.get(key);
    if (first !== undefined) {
      const [line] = this.#source.position(first);
      return this.#refuse(
        node,
        "duplicate_key",
        `the key ${quoted(key)} stands twice in this map, first on line ${line}`,
      );
    }
    this.#offsets.set(key, node.range[0]);
    if (isPlain && typeof readPlainScalar(key) !== "string") {
      const hint = key === "" ? "give the value a key, or remove it" : `write ${quoted(key)}`;
      return this.#refuse(
        node,
        "non_string_key",
        key === "" ? "a key is missing" : `the key ${key.slice(0, 60)} is not a string`,
        hint,
      );
    }
    if (RESERVED.has(key))
      return this.#refuse(
        node,
        "reserved_key",
        `the key ${key} has a meaning for JavaScript programs`,
      );
    if (isPrivateKeyField(key)) {
      const place = () => this.#source.hiddenPlace(node.range[0]);
      this.#report.add(
        "private_key",
        place,
        `the field ${quoted(key)} is named like a private key`,
      );
      return null;
    }
    return KEY.test(key)
      ? key
      : this.#refuse(node, "bad_key", `the key ${quoted(key)} is not one line of plain characters`);
  }

  #refuse(node: ParsedNode, code: DiagnosticCode, message: string, hint?: string): null {
    this.#report.add(code, () => this.#source.place(node.range[0]), message, hint);
    return null;
  }
}

/** The offset of `key` in the map at `path`; undefined when there is none. */
export function keyOffset(
  contents: ParsedNode | null,
  path: string,
  key: string,
): number | undefined {
  let node: ParsedNode | null | undefined = contents;
  for (const step of keysOf(path)) {
    if (isMap(node)) node = pairOf(node, step)?.value;
    else node = isSeq(node) ? node.items[Number(step)] : undefined;
  }
  return isMap(node) ? pairOf(node, key)?.key.range[0] : undefined;
}

function pairOf(map: YAMLMap.Parsed, key: string): Pair<ParsedNode, ParsedNode | null> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.source === key);
}
