/** A git repository, read only through its objects: never a checkout, and nothing it configures is run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { discover, type Place } from "./discover.js";
import { resolveRef, type Commit } from "./resolve-ref.js";
import { git, type GitOptions } from "./run-git.js";
import { isWorkTreeDirty } from "./status.js";
import { readBlobs, readTree, type TreeFile } from "./tree.js";

export type { TreeFile } from "./tree.js";

const FOUND = /^([0-9a-f]{40,64}) (?:commit|tree)$/;

export class Repository {
  readonly #place: Place;

  /** Absolute, without symbolic links. */
  get dir(): string {
    return this.#place.dir;
  }

  get gitDir(): string {
    return this.#place.gitDir;
  }

  private constructor(place: Place) {
    this.#place = place;
  }

  /** Opens the top of a work tree or a bare repository. Throws not_a_repository, git_failed. */
  static async open(dir: string): Promise<Repository> {
    return new Repository(await discover(dir));
  }

  /** The name of the branch that was checked out when the repository was opened; `HEAD` when none was. */
  async head(): Promise<string> {
    const name = this.#place.head ?? (await this.#unbornBranch());
    return name.replace(/^refs\/heads\//, "");
  }

  /** The commit and root tree that a branch, tag or commit id names at this moment. Throws empty_repository, bad_ref. */
  resolve(ref: string): Promise<Commit> {
    return resolveRef(this.#place.dir, ref, async (names) => {
      // Names go through standard input, where git reads no options.
      const output = await this.#git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
        input: names.map((name) => `${name}^{commit}\n${name}^{tree}\n`).join(""),
      });
      const ids = output
        .toString()
        .split("\n")
        .map((answer) => FOUND.exec(answer)?.[1]);
      return names.map((_, index) => {
        const [commit, tree] = ids.slice(2 * index, 2 * index + 2);
        return commit === undefined || tree === undefined ? null : { commit, tree };
      });
    });
  }

  /** The full name of the branch that is checked out at this moment; `HEAD` when none is. Throws git_failed. */
  async checkedOut(): Promise<string> {
    // Its file tells without a process, unless refs are kept in tables.
    const head = await readFile(join(this.gitDir, "HEAD"), "utf8").catch((cause: unknown) => {
      throw new AppError("git_failed", `${this.dir} has no HEAD any more`, { cause });
    });
    const name = /^ref: *(\S+)\n?$/.exec(head)?.[1];
    if (name === undefined) return "HEAD";
    return name === "refs/heads/.invalid" ? this.#unbornBranch() : name;
  }

  /** Whether the managed files of the work tree, staged or not, tracked or not, differ from HEAD. */
  isDirty(): Promise<boolean> {
    return isWorkTreeDirty(this.#place);
  }

  /** Every file of a tree with its blob id and size. Throws git_failed, bad_tree. */
  files(tree: string): Promise<TreeFile[]> {
    return readTree(this.#place.gitDir, tree);
  }

  /** The bytes of blobs by id. Throws git_failed when one is missing. */
  read(blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
    return readBlobs(this.#place.gitDir, blobs);
  }

  async #unbornBranch(): Promise<string> {
    return (await this.#git(["symbolic-ref", "HEAD"])).toString().trim();
  }

  #git(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
    return git(this.#place.dir, [`--git-dir=${this.#place.gitDir}`, ...args], options);
  }
}
