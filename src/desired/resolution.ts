/** What the resolving of every kind shares: the resources by kind and name, and the faults found so far. */
import type { Kind, Resource } from "../model/resources.js";
import { printable, quoted } from "./characters.js";
import { diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic, Place } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import { suggestion } from "./nearest.js";

export type ResourceOf<K extends Kind> = Extract<Resource, { readonly kind: K }>;

/** What resolving needs to know of the tree. */
export interface ResolveInput {
  readonly commit: string;
  readonly tree: string;
  readonly resources: readonly Resource[];
  /** Paths of all JSON files, refused ones included. */
  readonly documentPaths: readonly string[];
  /** The bytes of a JSON file; null when the tree has none there, or a refused one. */
  readonly readDocument: (path: string) => Uint8Array | null;
  /** The place of a position in a file, with its line. */
  readonly place: (file: string, line: number, column: number) => Place;
  /** Whether a file with faults mentions a word: what it declares may only seem to be missing. */
  readonly isInFaultyFile: (word: string) => boolean;
}

const MOST_SUGGESTIONS = 100;

/** Kinds of which a tree has at most one, whatever its name. */
const SINGLE: { readonly [K in Kind]?: DiagnosticCode } = {
  Authority: "duplicate_authority",
  RecognitionPolicy: "duplicate_policy",
};

export class Resolution {
  readonly input: ResolveInput;
  readonly diagnostics: Diagnostic[] = [];
  /** Paths of the documents that resources refer to. */
  readonly usedDocuments = new Set<string>();
  #suggestions = 0;
  readonly #byKind = new Map<Kind, Map<string, Resource>>();

  constructor(input: ResolveInput) {
    this.input = input;
    for (const resource of input.resources) this.#add(resource);
  }

  /** The resources of a kind, each name once, in the order of their names. */
  of<K extends Kind>(kind: K): readonly ResourceOf<K>[] {
    const resources = [...(this.#byKind.get(kind)?.values() ?? [])];
    return resources
      .filter((resource): resource is ResourceOf<K> => resource.kind === kind)
      .toSorted(byName);
  }

  /** The resource that a field refers to. Reports it as unknown, unless a file with faults may hold it. */
  find<K extends Kind>(from: Resource, path: string, kind: K, name: string): ResourceOf<K> | null {
    const named = this.#byKind.get(kind);
    const found = named?.get(name);
    if (found !== undefined && isKind(found, kind)) return found;
    if (!this.input.isInFaultyFile(name)) {
      const hint = this.suggest(name, [...(named?.keys() ?? [])], `add a ${kind} of this name`);
      this.report(
        "unknown_reference",
        from,
        path,
        `there is no ${kind} named ${quoted(name)}`,
        hint,
      );
    }
    return null;
  }

  /** A hint at the nearest of the candidates. Comparing is slow, so a tree gets only so many. */
  suggest(word: string, candidates: readonly string[], otherwise: string): string {
    this.#suggestions += 1;
    return this.#suggestions > MOST_SUGGESTIONS
      ? otherwise
      : suggestion(word, candidates, otherwise);
  }

  /** `path` is the JSON pointer of the fault in the resource. */
  report(
    code: DiagnosticCode,
    resource: Resource,
    path: string,
    message: string,
    hint?: string,
  ): void {
    const [line, column] = positionOf(resource, path);
    this.diagnostics.push(
      diagnose(code, this.input.place(resource.source.file, line, column), message, hint),
    );
  }

  /** A fault of the tree as a whole. */
  reportTree(code: DiagnosticCode, message: string): void {
    this.diagnostics.push(diagnose(code, wholeFile("."), message));
  }

  #add(resource: Resource): void {
    const { kind, name } = resource;
    const named = this.#byKind.get(kind) ?? new Map<string, Resource>();
    this.#byKind.set(kind, named);
    const single = SINGLE[kind];
    const first = single === undefined ? named.get(name) : [...named.values()][0];
    if (first === undefined) named.set(name, resource);
    else if (single === undefined)
      this.report(
        "duplicate_name",
        resource,
        "/metadata/name",
        `${kind} ${quoted(name)} stands also at ${standsAt(first)}`,
      );
    else this.report(single, resource, "/kind", `the ${kind} stands already at ${standsAt(first)}`);
  }
}

/** `sovereigns/b.yaml:1`, to name the other place of a conflict. */
export function standsAt(resource: Resource): string {
  return `${printable(resource.source.file)}:${resource.source.line}`;
}

/** Positions of absent fields are those of the map that lacks them. */
function positionOf({ positions, source }: Resource, path: string): readonly [number, number] {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const position = positions[path.slice(0, end)];
    if (position !== undefined) return position;
  }
  return [source.line, source.column];
}

function isKind<K extends Kind>(resource: Resource, kind: K): resource is ResourceOf<K> {
  return resource.kind === kind;
}

function byName(a: Resource, b: Resource): number {
  return a.name < b.name ? -1 : 1;
}
