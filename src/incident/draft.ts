/** A change of the trust repository in the making: edits over one commit, which become a branch and never a work tree. */
import type { Limits } from "../desired/limits.js";
import { AppError } from "../errors.js";
import { Repository } from "../git/repository.js";
import { writeBranch } from "../git/write-branch.js";
import type { IncidentDraft } from "../model/incident.js";
import type { Kind, Resource } from "../model/resources.js";
import { compileTree } from "../revision/compile-tree.js";
import type { ResourceDraft } from "../adopt/resource-text.js";
import { addDocument, removeDocument, setFields, type SpecFields } from "./edit-yaml.js";

export interface DraftSource {
  /** Top of a work tree, or a bare repository. */
  readonly repo: string;
  /** Branch, tag or commit; null: the branch that is checked out. */
  readonly ref: string | null;
  readonly limits: Limits;
}

export class Draft {
  readonly #repo: string;
  readonly #base: string;
  /** Name of the ref that the draft is meant for. */
  readonly ref: string;
  readonly resources: readonly Resource[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #edited = new Map<string, string | null>();

  private constructor(
    repo: string,
    ref: string,
    base: string,
    resources: readonly Resource[],
    texts: ReadonlyMap<string, string>,
  ) {
    this.#repo = repo;
    this.ref = ref;
    this.#base = base;
    this.resources = resources;
    this.#texts = texts;
  }

  /** Over the newest commit of the source. Throws AppError `not_a_repository`, `bad_ref`, `validation_failed`, `git_failed`. */
  static async over({ repo, ref, limits }: DraftSource): Promise<Draft> {
    const repository = await Repository.open(repo);
    const name = ref ?? (await repository.head());
    const { commit, tree } = await repository.resolve(name);
    const files = await repository.files(tree);
    const { parsed } = await compileTree(repository, { commit, tree, files }, limits, new Map());
    const resources = files.flatMap(({ blob, path }) =>
      (parsed.get(blob) ?? []).map((resource) => ({
        ...resource,
        source: { ...resource.source, file: path },
      })),
    );
    const wanted = files.filter(({ blob }) => (parsed.get(blob) ?? []).length > 0);
    const blobs = await repository.read(wanted.map(({ blob }) => blob));
    const texts = new Map(
      wanted.map(({ blob, path }) => [path, Buffer.from(blobs.get(blob) ?? []).toString()]),
    );
    return new Draft(repo, name, commit, resources, texts);
  }

  /** The resource of a kind that `isIt` finds; null: the tree has none. */
  find<K extends Kind>(
    kind: K,
    isIt: (resource: Extract<Resource, { readonly kind: K }>) => boolean,
  ): Extract<Resource, { readonly kind: K }> | null {
    return (
      this.resources
        .filter(
          (resource): resource is Extract<Resource, { readonly kind: K }> => resource.kind === kind,
        )
        .find(isIt) ?? null
    );
  }

  get isEmpty(): boolean {
    return this.#edited.size === 0;
  }

  /** Sets fields of a resource of the tree. Throws AppError `bad_draft`. */
  set(resource: Resource, fields: SpecFields): void {
    const { file } = resource.source;
    this.#edited.set(file, setFields(this.#textOf(file), resource, fields));
  }

  /** Adds a resource: at the end of `file`, or in a file of its own. Throws AppError `bad_draft` for a name that is taken. */
  add(file: string, draft: ResourceDraft): void {
    if (this.find(draft.kind, ({ name }) => name === draft.name) !== null)
      throw new AppError("bad_draft", `the tree has a ${draft.kind} ${draft.name} already`);
    this.#edited.set(file, addDocument(this.#current(file), draft));
  }

  /** Says something else under the same name: its own comments go, those of its neighbours stay. Throws AppError `bad_draft`. */
  replace(resource: Resource, draft: ResourceDraft): void {
    const { file } = resource.source;
    const rest = removeDocument(this.#textOf(file), resource);
    this.#edited.set(file, addDocument(rest, draft));
  }

  /** Takes a resource out of the tree, and its file when nothing else stands in it. Throws AppError `bad_draft`. */
  remove(resource: Resource): void {
    const { file } = resource.source;
    this.#edited.set(file, removeDocument(this.#textOf(file), resource));
  }

  /** Puts another file into the tree, such as a signed feed. */
  write(file: string, text: string): void {
    this.#edited.set(file, text);
  }

  /** The edited files, for the record. */
  files(): ReadonlyMap<string, string | null> {
    return this.#edited;
  }

  /** Makes the branch. The same edits over the same commit are the same branch. Throws AppError `git_failed`. */
  async commit(
    branch: string,
    purpose: string,
    held: string | null = null,
  ): Promise<IncidentDraft> {
    const base = this.#base;
    const files = this.#edited;
    const written = await writeBranch(this.#repo, { base, branch, files, message: `${purpose}\n` });
    const paths = [...files.keys()].toSorted();
    return { ...written, base, purpose, files: paths, held, settled: false };
  }

  #textOf(file: string): string {
    const text = this.#current(file);
    if (text === null) throw new AppError("bad_draft", `${file} is not there to be edited`);
    return text;
  }

  /** A file that was taken out is gone, whatever the tree has. */
  #current(file: string): string | null {
    const edited = this.#edited.get(file);
    return edited === undefined ? (this.#texts.get(file) ?? null) : edited;
  }
}
