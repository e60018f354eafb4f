/** The files of a tree by their use, and everything that is refused before a byte is read (docs/threats.md G4, G5). */
import { printable, quoted } from "./characters.js";
import { diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { Limits } from "./limits.js";
import { nameFault } from "./path-name.js";
import { ambiguousPaths } from "./path-twins.js";
import { isPrivateKeyFileName } from "./private-key.js";

export interface TreeFile {
  /** From the root of the repository, `/` between folders. */
  readonly path: string;
  readonly mode: "100644" | "100755" | "120000" | "160000";
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
}

export interface SortedTree {
  /** YAML files, in path order. */
  readonly resources: readonly TreeFile[];
  /** JSON files by path. */
  readonly documents: ReadonlyMap<string, TreeFile>;
  /** Paths of all JSON files, refused ones included. */
  readonly documentPaths: readonly string[];
  /** Notes and dot-files: only looked through for private keys. */
  readonly notes: readonly TreeFile[];
  /** Whether a refused file may have held resources. */
  readonly isIncomplete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

type Use = "resource" | "document" | "note" | "settings" | "record" | "unknown";

const DIRECTORIES: ReadonlySet<string> = new Set([
  "operators",
  "sovereigns",
  "treaties",
  "attestations",
  "revocations",
  "feeds",
  "policies",
  "documents",
  "docs",
]);
const SETTINGS = "concordat.config.yaml";
/** What an import leaves beside its resources. No resource refers to them, and they grow with what was imported. */
const RECORDS: ReadonlySet<string> = new Set([
  "inventory.json",
  "import-report.json",
  "authority-export.json",
]);
const NOTE = /\.md$|^LICENSE|^CODEOWNERS$/;

/** Sorts the files of a tree. A tree over a limit is refused whole: none of its files is to be read. */
export function sortTree(files: readonly TreeFile[], limits: Limits): SortedTree {
  const tooLarge = treeLimit(files, limits);
  if (tooLarge !== null) return refusedTree(fault("limit", ".", tooLarge));
  const diagnostics: Diagnostic[] = [
    ...unknownDirectories(files),
    ...ambiguousPaths(files.map(({ path }) => path)),
  ];
  const byUse: Record<Use, TreeFile[]> = {
    resource: [],
    document: [],
    note: [],
    settings: [],
    record: [],
    unknown: [],
  };
  let isIncomplete = false;
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const use = useOf(file.path);
    const faults = fileFaults(file, use, limits);
    diagnostics.push(...faults);
    if (faults.every(({ level }) => level === "warning")) byUse[use].push(file);
    else if (use === "resource") isIncomplete = true;
  }
  return {
    resources: byUse.resource,
    documents: new Map(byUse.document.map((file) => [file.path, file])),
    documentPaths: files
      .map(({ path }) => path)
      .filter((path) => path.endsWith(".json") && useOf(path) === "document"),
    notes: byUse.note,
    isIncomplete,
    diagnostics,
  };
}

function refusedTree(diagnostic: Diagnostic): SortedTree {
  return {
    resources: [],
    documents: new Map(),
    documentPaths: [],
    notes: [],
    isIncomplete: true,
    diagnostics: [diagnostic],
  };
}

function treeLimit(files: readonly TreeFile[], limits: Limits): string | null {
  if (files.length > limits.files)
    return `the tree has ${files.length} files, more than ${limits.files}`;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return total > limits.totalBytes
    ? `the tree has ${total} bytes, more than ${limits.totalBytes}`
    : null;
}

function useOf(path: string): Use {
  if (path === SETTINGS) return "settings";
  if (RECORDS.has(path)) return "record";
  if (path.startsWith(".") || path.includes("/.")) return "note";
  if (path.endsWith(".yaml") || path.endsWith(".yml")) return "resource";
  if (path.endsWith(".json")) return "document";
  return NOTE.test(path.slice(path.lastIndexOf("/") + 1)) ? "note" : "unknown";
}

function fileFaults(file: TreeFile, use: Use, limits: Limits): readonly Diagnostic[] {
  const { path, mode, size } = file;
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  const faults: Diagnostic[] = [];
  const add = (code: DiagnosticCode, message: string): void => {
    faults.push(fault(code, path, message));
  };
  for (const part of parts) {
    const why = nameFault(part);
    if (why !== null) add("bad_name", `${quoted(part)} ${why}`);
    else if (Buffer.byteLength(part) > limits.nameBytes)
      add("limit", `a name is longer than ${limits.nameBytes} bytes`);
  }
  if (parts.length - 1 > limits.directoryDepth)
    add("limit", `the file stands more than ${limits.directoryDepth} folders deep`);
  if (size > limits.fileBytes && use !== "record")
    add("limit", `the file has ${size} bytes, more than ${limits.fileBytes}`);
  if (mode === "160000") add("submodule", "this is a submodule");
  else if (name.toLowerCase() === ".gitmodules") add("submodule", "this file declares submodules");
  else if (mode === "120000") add("bad_mode", "this is a symbolic link");
  else if (mode === "100755") add("executable_file", "the file is marked executable");
  if (isPrivateKeyFileName(name)) add("private_key", "the name is that of a private key");
  else if (mode !== "160000" && use === "unknown" && !isBelowUnknown(parts)) {
    add("unknown_file", "this is neither a resource (.yaml), a document (.json) nor a note (.md)");
  }
  return faults;
}

function unknownDirectories(files: readonly TreeFile[]): readonly Diagnostic[] {
  const names = new Set<string>();
  for (const { path } of files) {
    const end = path.indexOf("/");
    if (end !== -1) names.add(path.slice(0, end));
  }
  return [...names]
    .filter(isUnknownDirectory)
    .map((name) =>
      fault("unknown_directory", name, `a trust repository has no folder ${quoted(name)}`),
    );
}

function isBelowUnknown([top = "", ...below]: readonly string[]): boolean {
  return below.length > 0 && isUnknownDirectory(top);
}

function isUnknownDirectory(top: string): boolean {
  return !top.startsWith(".") && !DIRECTORIES.has(top);
}

function fault(code: DiagnosticCode, path: string, message: string): Diagnostic {
  return diagnose(code, wholeFile(printable(path)), message);
}
