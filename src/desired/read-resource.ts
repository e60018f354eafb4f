/** One YAML document to a resource: its value read, its kind known, its schema kept. */
import type { ErrorObject } from "ajv/dist/2020.js";
import { isScalar } from "yaml";
import type { Document } from "yaml";
import type { JsonObject } from "../model/json.js";
import { KINDS } from "../model/resources.js";
import type { Kind, Resource } from "../model/resources.js";
import { isJsonObject } from "../protocol/json.js";
import { quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { FileReport } from "./file-report.js";
import type { Limits } from "./limits.js";
import { suggestion } from "./nearest.js";
import { schemaFaults } from "./schema-fault.js";
import { checkDocument } from "./schema-validator.js";
import type { Position, SourceText } from "./source-text.js";
import { keyOffset } from "./yaml-key.js";
import { readValue } from "./yaml-value.js";
import type { YamlValue } from "./yaml-value.js";

export interface ResourceFile {
  readonly path: string;
  readonly blob: string;
  readonly source: SourceText;
  readonly limits: Limits;
  readonly report: FileReport;
}

/** The resource of a document, or null when it has faults; they are reported. */
export function readResource(document: Document.Parsed, file: ResourceFile): Resource | null {
  return new DocumentReader(document, file).read();
}

class DocumentReader {
  readonly #document: Document.Parsed;
  readonly #file: ResourceFile;

  constructor(document: Document.Parsed, file: ResourceFile) {
    this.#document = document;
    this.#file = file;
  }

  read(): Resource | null {
    const { contents } = this.#document;
    const { path, blob, source, limits, report } = this.#file;
    const start = source.position(contents?.range[0] ?? 0);
    if (isScalar(contents) && contents.type === "PLAIN" && contents.source === "") {
      return this.#refuse(
        "empty_document",
        start,
        "the document holds no resource",
        "remove the --- line, or write the resource after it",
      );
    }
    const yaml = readValue(this.#document, source, limits, report);
    if (!isJsonObject(yaml.value))
      return this.#refuse("not_a_resource", start, "the document is not a map");
    const kind = this.#readKind(yaml.value, yaml);
    if (kind === null) return null;
    const checked = checkDocument(kind, yaml.value);
    if (!checked.isValid) return this.#refuseAll(checked.errors, yaml);
    // Its faults have been reported; what is left of it would say something else.
    if (!yaml.isWhole) return null;
    const { apiVersion: _, metadata, ...rest } = checked.document;
    const [line, column] = start;
    return {
      ...rest,
      name: metadata.name,
      source: { file: path, line, column, blob },
      positions: yaml.positions,
    };
  }

  /** The kind, which says what schema applies. */
  #readKind(value: JsonObject, { positions, faulty }: YamlValue): Kind | null {
    const { kind } = value;
    const known = KINDS.find((name) => name === kind);
    if (known !== undefined || faulty.has("/kind")) return known ?? null;
    if (kind === undefined) {
      return this.#refuse(
        "missing_field",
        positions[""],
        "the document needs the field kind",
        `add kind: ${KINDS.join(", ")}`,
      );
    }
    const text = typeof kind === "string" ? kind : "";
    return this.#refuse(
      "unknown_kind",
      positions["/kind"],
      `${quoted(text)} is not a kind`,
      suggestion(text, KINDS, `write one of ${KINDS.join(", ")}`),
    );
  }

  #refuseAll(errors: readonly ErrorObject[], { positions, faulty }: YamlValue): null {
    for (const { code, message, hint, path, key } of schemaFaults(errors)) {
      if (this.#file.report.isFull) break;
      if (isUnder(path, faulty)) continue;
      const position = key === undefined ? positions[path] : this.#keyPosition(path, key);
      this.#refuse(code, position, message, hint);
    }
    // A document must never vanish without a word, whatever was left out above.
    if (!this.#file.report.hasErrors)
      this.#refuse(
        "bad_format",
        positions[""],
        "the document does not match the schema of its kind",
      );
    return null;
  }

  #keyPosition(path: string, key: string): Position | undefined {
    const offset = keyOffset(this.#document.contents, path, key);
    return offset === undefined ? undefined : this.#file.source.position(offset);
  }

  #refuse(code: DiagnosticCode, position: Position = [1, 1], message: string, hint?: string): null {
    this.#file.report.add(code, () => this.#file.source.placeAt(position), message, hint);
    return null;
  }
}

/** Whether a path, or one that holds it, is in the set. */
function isUnder(path: string, paths: ReadonlySet<string>): boolean {
  for (let end = path.length; end !== -1; end = path.lastIndexOf("/", end - 1)) {
    if (paths.has(path.slice(0, end))) return true;
    if (end === 0) break;
  }
  return false;
}
