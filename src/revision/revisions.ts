/** The desired states of one source, remembering what was parsed: a new commit costs what it changed. */
import type { Limits } from "../desired/limits.js";
import type { TreeFile } from "../git/repository.js";
import type { Desired } from "../model/desired.js";
import type { Resource } from "../model/resources.js";
import { compileTree, type BlobSource } from "./compile-tree.js";

/** A source as far as the contents of its trees go. */
export interface TreeSource extends BlobSource {
  /** Throws AppError `git_failed`, `bad_tree`. */
  files(tree: string): Promise<TreeFile[]>;
}

export class Revisions {
  readonly #source: TreeSource;
  readonly #limits: Limits;
  #parsed: ReadonlyMap<string, readonly Resource[]> = new Map();
  #last: Desired | null = null;

  constructor(source: TreeSource, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
  }

  /**
   * What the commit asks for. All of it was read from git by this process, so it may be signed. Throws AppError
   * `validation_failed`, `bad_tree`, `git_failed`.
   */
  async at({ commit, tree }: { readonly commit: string; readonly tree: string }): Promise<Desired> {
    if (this.#last?.tree === tree) return { ...this.#last, commit };
    const files = await this.#source.files(tree);
    const revision = { commit, tree, files };
    const { desired, parsed } = await compileTree(
      this.#source,
      revision,
      this.#limits,
      this.#parsed,
    );
    this.#parsed = keep(files, this.#parsed, parsed);
    this.#last = desired;
    return desired;
  }
}

/** Only the blobs of the newest tree are kept: memory follows what exists, not what existed. */
function keep(
  files: readonly TreeFile[],
  known: ReadonlyMap<string, readonly Resource[]>,
  parsed: ReadonlyMap<string, readonly Resource[]>,
): ReadonlyMap<string, readonly Resource[]> {
  const kept = new Map<string, readonly Resource[]>();
  for (const { blob } of files) {
    const resources = parsed.get(blob) ?? known.get(blob);
    if (resources !== undefined) kept.set(blob, resources);
  }
  return kept;
}
