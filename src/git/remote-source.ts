/** A branch of a remote as a source: what was fetched is read from the mirror. */
import { AppError } from "../errors.js";
import { isAncestor } from "./ancestry.js";
import { Mirror, type MirrorOptions } from "./mirror.js";
import type { Head, Source } from "./source-shape.js";
import { readBlobs, readTree, type TreeFile } from "./tree.js";

export class RemoteSource implements Source {
  readonly display: string;
  readonly isRemote = true;
  readonly #mirror: Mirror;

  /** Throws bad_ref. */
  constructor(options: MirrorOptions) {
    this.display = options.remote.address;
    this.#mirror = new Mirror(options);
  }

  head(): Promise<Head> {
    return this.#mirror.fetch();
  }

  files(tree: string): Promise<TreeFile[]> {
    return this.#reading(readTree(this.#mirror.gitDir, tree));
  }

  read(blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
    return this.#reading(readBlobs(this.#mirror.gitDir, blobs));
  }

  isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return this.#reading(isAncestor(this.#mirror.gitDir, ancestor, commit));
  }

  async watch(): Promise<() => Promise<void>> {
    return async () => {};
  }

  stop(): Promise<void> {
    return this.#mirror.stop();
  }

  /** What was fetched and cannot be read is damaged. */
  async #reading<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof AppError && error.code === "git_failed") this.#mirror.suspect();
      throw error;
    }
  }
}
