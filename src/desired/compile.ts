/** The files of a commit to the desired state, or every fault that stands in the way, in one run. */
import type { Desired } from "../model/desired.js";
import type { Resource } from "../model/resources.js";
import { compareDiagnostics, diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";
import { lossyText } from "./decode.js";
import type { Limits } from "./limits.js";
import { parseFile } from "./parse.js";
import { findPrivateField, findPrivateKey } from "./private-key.js";
import { resolve } from "./resolve.js";
import { SourceText } from "./source-text.js";
import { sortTree } from "./tree.js";
import type { SortedTree, TreeFile } from "./tree.js";

export interface TreeInput {
  readonly commit: string;
  readonly tree: string;
  readonly files: readonly TreeFile[];
  /** The bytes of a blob. Asked for what is not cached, and never for a file over the limit. */
  readonly read: (blob: string) => Uint8Array;
}

export interface CompileOptions {
  readonly limits: Limits;
  /** There is no clock here: what depends on the time is judged by the plan. */
  readonly now?: never;
  /** Resources of a blob that an earlier run of this version parsed without a fault. */
  readonly cached?: (blob: string) => readonly Resource[] | undefined;
}

export interface Compiled {
  /** Null when a diagnostic is an error. */
  readonly desired: Desired | null;
  /** By file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Blobs parsed in this run without a fault: what may be cached. */
  readonly parsed: ReadonlyMap<string, readonly Resource[]>;
}

/** Compiles a tree. Never throws for what the tree holds; `desired` is null unless all of it is in order. */
export function compile(input: TreeInput, { limits, cached }: CompileOptions): Compiled {
  const tree = sortTree(input.files, limits);
  const parsed = new Map<string, readonly Resource[]>();
  const diagnostics: Diagnostic[] = [...tree.diagnostics, ...findPrivateKeys(tree, input)];
  if (tree.resources.length === 0) {
    if (!tree.isIncomplete)
      diagnostics.push(
        diagnose("empty_desired_state", wholeFile("."), "the tree holds no resource"),
      );
    return { desired: null, diagnostics: diagnostics.toSorted(compareDiagnostics), parsed };
  }
  const resources: Resource[] = [];
  const faultyWords = new Set<string>();
  for (const { path, blob } of tree.resources) {
    const known = cached?.(blob) ?? [];
    for (const resource of known) resources.push(standingIn(path, resource));
    if (known.length > 0) continue;
    const file = parseFile(path, blob, input.read(blob), limits);
    resources.push(...file.resources);
    diagnostics.push(...file.diagnostics);
    if (file.faultyText === null) parsed.set(blob, file.resources);
    else for (const word of wordsOf(file.faultyText)) faultyWords.add(word);
  }
  const texts = new Texts(tree, input);
  const resolved = resolve({
    commit: input.commit,
    tree: input.tree,
    resources,
    documentPaths: tree.documentPaths,
    readDocument: (path) => {
      const file = tree.documents.get(path);
      return file === undefined ? null : input.read(file.blob);
    },
    place: (file, line, column) => texts.of(file).placeAt([line, column]),
    isInFaultyFile: (word) => tree.isIncomplete || faultyWords.has(word),
  });
  diagnostics.push(...resolved.diagnostics);
  const hasErrors = diagnostics.some(({ level }) => level === "error");
  return {
    desired: hasErrors ? null : resolved.desired,
    diagnostics: diagnostics.toSorted(compareDiagnostics),
    parsed,
  };
}

/** A cached resource comes from a blob, which may stand under another path by now. */
function standingIn(path: string, resource: Resource): Resource {
  return resource.source.file === path
    ? resource
    : { ...resource, source: { ...resource.source, file: path } };
}

/** Private keys in files that are not read as resources. YAML files are searched as they are parsed. */
function findPrivateKeys(
  { notes, documents }: SortedTree,
  { read }: TreeInput,
): readonly Diagnostic[] {
  return [...notes, ...documents.values()].flatMap((file) => {
    const text = lossyText(read(file.blob));
    const inText = findPrivateKey(text);
    const offset = inText === -1 && documents.has(file.path) ? findPrivateField(text) : inText;
    if (offset === -1) return [];
    return diagnose(
      "private_key",
      new SourceText(file.path, text).hiddenPlace(offset),
      "the file holds what looks like a private key",
    );
  });
}

/** Everything in a text that could be a name or a path. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[A-Za-z0-9._/-]+/g) ?? [];
}

/** Texts of resource files, read again only to show the line of a fault. */
class Texts {
  readonly #blobs: ReadonlyMap<string, string>;
  readonly #read: TreeInput["read"];
  readonly #texts = new Map<string, SourceText>();

  constructor(tree: SortedTree, { read }: TreeInput) {
    this.#blobs = new Map(tree.resources.map(({ path, blob }) => [path, blob]));
    this.#read = read;
  }

  of(path: string): SourceText {
    const blob = this.#blobs.get(path);
    const text =
      this.#texts.get(path) ??
      new SourceText(path, blob === undefined ? "" : lossyText(this.#read(blob)));
    this.#texts.set(path, text);
    return text;
  }
}
