/** A repository on this machine as a source: what is committed there, on the branch that is checked out or another. */
import { realpath } from "node:fs/promises";
import { AppError } from "../errors.js";
import { isAncestor } from "./ancestry.js";
import { Repository } from "./repository.js";
import type { Head, Source } from "./source-shape.js";
import type { TreeFile } from "./tree.js";
import { watchRefs } from "./watch.js";

export class PathSource implements Source {
  readonly display: string;
  readonly isRemote = false;
  readonly #ref: string | null;
  #repository: Repository | null = null;

  constructor(path: string, ref: string | null) {
    this.display = path;
    this.#ref = ref;
  }

  /** One git process while the repository stays where it is. */
  async head(): Promise<Head> {
    const known = await this.#known();
    if (known !== null) {
      try {
        return await known.newest(this.#ref);
      } catch (error) {
        // Another repository may have taken its place.
        if (!(error instanceof AppError && error.code === "git_failed")) throw error;
      }
    }
    this.#repository = null;
    return (await this.#open()).newest(this.#ref);
  }

  async files(tree: string): Promise<TreeFile[]> {
    return (await this.#open()).files(tree);
  }

  async read(blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
    return (await this.#open()).read(blobs);
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return isAncestor((await this.#open()).gitDir, ancestor, commit);
  }

  watch(onChange: () => void): Promise<() => Promise<void>> {
    return watchRefs(this.display, onChange);
  }

  /** Nothing here runs for longer than an answer takes. */
  async stop(): Promise<void> {}

  async #open(): Promise<Repository> {
    this.#repository ??= await Repository.open(this.display);
    return this.#repository;
  }

  /** Null when the path may lead somewhere else than it did: a symbolic link is a way to release a new folder. */
  async #known(): Promise<Repository | null> {
    if (this.#repository === null) return null;
    const dir = await realpath(this.display).catch(() => null);
    return dir === this.#repository.dir ? this.#repository : null;
  }
}
