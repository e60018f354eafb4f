/** One file to resources: every document of it, or the faults that stand in the way. */
import type { Resource } from "../model/resources.js";
import { printable } from "./characters.js";
import { decodeText, lossyText } from "./decode.js";
import { wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";
import { FileReport } from "./file-report.js";
import type { Limits } from "./limits.js";
import { findPrivateKey } from "./private-key.js";
import { readResource } from "./read-resource.js";
import type { SourceText } from "./source-text.js";
import { readYaml } from "./yaml-syntax.js";

export interface ParsedFile {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
  /** The text of a file with faults, as far as it could be read: `resources` may lack what it declares. */
  readonly faultyText: string | null;
}

/** Reads one YAML file. Never throws for what the file holds. */
export function parseFile(
  path: string,
  blob: string,
  bytes: Uint8Array,
  limits: Limits,
): ParsedFile {
  const file = printable(path);
  const report = new FileReport(file);
  if (bytes.length > limits.fileBytes) {
    report.add(
      "limit",
      () => wholeFile(file),
      `the file has ${bytes.length} bytes, more than ${limits.fileBytes}`,
    );
    return { resources: [], diagnostics: report.diagnostics(), faultyText: lossyText(bytes) };
  }
  const source = decodeText(path, bytes, report);
  const resources = source === null ? [] : readDocuments(path, blob, source, limits, report);
  const diagnostics = report.diagnostics();
  return {
    resources,
    diagnostics,
    faultyText: diagnostics.length === 0 ? null : (source?.text ?? lossyText(bytes)),
  };
}

function readDocuments(
  path: string,
  blob: string,
  source: SourceText,
  limits: Limits,
  report: FileReport,
): readonly Resource[] {
  const key = findPrivateKey(source.text);
  if (key !== -1) {
    report.add("private_key", () => source.hiddenPlace(key), "the file holds a private key");
    return [];
  }
  const documents = readYaml(source, limits, report) ?? [];
  if (documents.length === 0 && !report.hasErrors) {
    report.add("empty_document", () => source.place(0), "the file holds no resource");
  }
  return documents.flatMap(
    (document) => readResource(document, { path, blob, source, limits, report }) ?? [],
  );
}
