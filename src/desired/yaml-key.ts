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

interface KeyFault {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
}

/** Reads the keys of one map, in order. */
export class KeyReader {
  readonly #source: SourceText;
  readonly #report: FileReport;
  readonly #offsets = new Map<string, number>();
  /** Whether a key was refused. */
  hasFaults = false;
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
    const key = isScalar(node) ? node.source : null;
    if (key?.includes(REPLACED) === true) {
      // The character has been reported.
      this.hasFaults = this.isIncomplete = true;
      return null;
    }
    const fault = this.#faultOf(node, key);
    if (key !== null && !this.#offsets.has(key)) this.#offsets.set(key, node.range[0]);
    if (fault === null) return key;
    const { code, message, hint } = fault;
    const [offset] = node.range;
    const isSecret = code === "private_key";
    const place = () => (isSecret ? this.#source.hiddenPlace(offset) : this.#source.place(offset));
    this.#report.add(code, place, message, hint);
    this.hasFaults = true;
    this.isIncomplete ||= code === "merge_forbidden";
    return null;
  }

  #faultOf(node: ParsedNode, key: string | null): KeyFault | null {
    if (key === null)
      return {
        code: "non_string_key",
        message: "a key must be a string, not a map, list or alias",
      };
    const isPlain = isScalar(node) && node.type === "PLAIN";
    if (isPlain && key === MERGE)
      return { code: "merge_forbidden", message: "the merge key << is refused" };
    const first = this.#offsets.get(key);
    if (first !== undefined) {
      const [line] = this.#source.position(first);
      return {
        code: "duplicate_key",
        message: `the key ${quoted(key)} stands twice in this map, first on line ${line}`,
      };
    }
    if (isPlain && key === "")
      return {
        code: "non_string_key",
        message: "a key is missing",
        hint: "give the value a key, or remove it",
      };
    if (isPlain && typeof readPlainScalar(key) !== "string") {
      const message = `not every reader takes the key ${quoted(key)} for a string`;
      return { code: "non_string_key", message, hint: `write ${quoted(key)}` };
    }
    if (RESERVED.has(key))
      return {
        code: "reserved_key",
        message: `the key ${key} has a meaning for JavaScript programs`,
      };
    if (isPrivateKeyField(key))
      return {
        code: "private_key",
        message: `the field ${quoted(key)} is named like a private key`,
      };
    return KEY.test(key)
      ? null
      : { code: "bad_key", message: `the key ${quoted(key)} is not one line of plain characters` };
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
