/** A repository on this machine as a source: what is committed there, on the branch that is checked out or another. */
import { realpath, stat } from "node:fs/promises";
import { AppError } from "../errors.js";
import { isAncestor } from "./ancestry.js";
import { type GitObject, ObjectReader } from "./object-reader.js";
import { Repository } from "./repository.js";
import { resolveRef, type Commit } from "./resolve-ref.js";
import type { Head, Source } from "./source-shape.js";
import type { TreeFile } from "./tree.js";
import { watchRefs } from "./watch.js";

interface Opened {
  readonly repository: Repository;
  readonly reader: ObjectReader;
  /** Tells git's folder from another one that took its place. */
  readonly inode: number;
}

const TREE_OF_COMMIT = /^tree ([0-9a-f]{40,64})\n/;

export class PathSource implements Source {
  readonly display: string;
  readonly isRemote = false;
  readonly #ref: string | null;
  #opened: Opened | null = null;

  constructor(path: string, ref: string | null) {
    this.display = path;
    this.#ref = ref;
  }

  /** Starts no process while the repository stays where it is. */
  async head(): Promise<Head> {
    const known = await this.#stillThere();
    if (known !== null) {
      try {
        return await this.#newest(known);
      } catch (error) {
        // What has changed beyond the refs is seen by a git that starts anew.
        if (!(error instanceof AppError)) throw error;
      }
    }
    await this.stop();
    return this.#newest(await this.#open());
  }

  async files(tree: string): Promise<TreeFile[]> {
    return (await this.#open()).repository.files(tree);
  }

  async read(blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
    const wanted = [...new Set(blobs)];
    const objects = await (await this.#open()).reader.read(wanted);
    return new Map(wanted.map((blob, index) => [blob, contentOf(blob, objects[index])]));
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const { repository, reader } = await this.#open();
    return isAncestor(repository.gitDir, ancestor, commit, reader);
  }

  watch(onChange: () => void): Promise<() => Promise<void>> {
    return watchRefs(this.display, onChange);
  }

  async stop(): Promise<void> {
    this.#opened?.reader.close();
    this.#opened = null;
  }

  async #newest({ repository, reader }: Opened): Promise<Head> {
    const name = this.#ref ?? (await repository.checkedOut());
    const commit = await resolveRef(repository.dir, name, async (names) =>
      (await reader.read(names.map((each) => `${each}^{commit}`))).map(commitOf),
    );
    return { ...commit, ref: this.#ref ?? name.replace(/^refs\/heads\//, "") };
  }

  async #open(): Promise<Opened> {
    if (this.#opened !== null) return this.#opened;
    const repository = await Repository.open(this.display);
    const { ino: inode } = await stat(repository.gitDir);
    this.#opened = { repository, reader: new ObjectReader(repository.gitDir), inode };
    return this.#opened;
  }

  /** Null when another repository may have taken the place: a symbolic link is a way to release a new folder. */
  async #stillThere(): Promise<Opened | null> {
    if (this.#opened === null) return null;
    const { repository, inode } = this.#opened;
    const dir = await realpath(this.display).catch(() => null);
    const folder = await stat(repository.gitDir).catch(() => null);
    return dir === repository.dir && folder?.ino === inode ? this.#opened : null;
  }
}

function commitOf(object: GitObject | null): Commit | null {
  if (object === null) return null;
  const tree = TREE_OF_COMMIT.exec(Buffer.from(object.bytes).toString("latin1", 0, 70))?.[1];
  return tree === undefined ? null : { commit: object.id, tree };
}

function contentOf(blob: string, object: GitObject | null | undefined): Uint8Array {
  if (object?.type === "blob" && object.id === blob) return object.bytes;
  throw new AppError("git_failed", `the repository has no file contents ${blob.slice(0, 80)}`, {
    hint: "an object of the repository is missing: see git fsck, or clone it anew without --filter",
  });
}
