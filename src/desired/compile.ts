/** The files of a commit to the desired state, or every fault that stands in the way, in one run. */
import type { Desired } from "../model/desired.js";
import type { Resource } from "../model/resources.js";
import { printable } from "./characters.js";
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

/** A tree with more faults than this is not read to its end. */
const MOST_FAULTS = 10_000;

/** Compiles a tree. Never throws for what the tree holds; `desired` is null unless all of it is in order. */
export function compile(input: TreeInput, options: CompileOptions): Compiled {
  const tree = sortTree(input.files, options.limits);
  const found = [...tree.diagnostics, ...findPrivateKeys(tree, input)];
  if (tree.resources.length === 0) {
    const empty = diagnose("empty_desired_state", wholeFile("."), "the tree holds no resource");
    return result(null, tree.isIncomplete ? found : [...found, empty], new Map());
  }
  const { resources, parsed, diagnostics, isMissed } = parseAll(tree, input, options);
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
    isInFaultyFile: isMissed,
  });
  return result(resolved.desired, [...found, ...diagnostics, ...resolved.diagnostics], parsed);
}

function result(
  desired: Desired | null,
  diagnostics: readonly Diagnostic[],
  parsed: Compiled["parsed"],
): Compiled {
  const hasErrors = diagnostics.some(({ level }) => level === "error");
  return {
    desired: hasErrors ? null : desired,
    diagnostics: diagnostics.toSorted(compareDiagnostics),
    parsed,
  };
}

interface Parsed extends Pick<Compiled, "diagnostics" | "parsed"> {
  readonly resources: readonly Resource[];
  /** Whether what could not be read mentions a word. */
  readonly isMissed: (word: string) => boolean;
}

function parseAll(tree: SortedTree, input: TreeInput, { limits, cached }: CompileOptions): Parsed {
  const resources: Resource[] = [];
  const diagnostics: Diagnostic[] = [];
  const parsed = new Map<string, readonly Resource[]>();
  const missed = new Set<string>();
  for (const { path, blob } of tree.resources) {
    const known = cached?.(blob) ?? [];
    for (const resource of known) resources.push(standingIn(path, resource));
    // A file with resources is never empty, so an empty entry is not one of ours.
    if (known.length > 0) continue;
    const file = parseFile(path, blob, input.read(blob), limits);
    for (const resource of file.resources) resources.push(resource);
    diagnostics.push(...file.diagnostics);
    if (file.faultyText === null) parsed.set(blob, file.resources);
    else for (const word of wordsOf(file.faultyText)) missed.add(word);
    if (diagnostics.length >= MOST_FAULTS) {
      diagnostics.push(
        diagnose(
          "too_many_faults",
          wholeFile("."),
          `${printable(path)} is the last file that was read`,
        ),
      );
      return { resources, diagnostics, parsed, isMissed: () => true };
    }
  }
  return {
    resources,
    diagnostics,
    parsed,
    isMissed: (word) => tree.isIncomplete || missed.has(word),
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
