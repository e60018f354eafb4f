/** A git repository, read only through its objects: never a checkout, and nothing it configures is run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { discover, type Place } from "./discover.js";
import { refCandidates } from "./ref.js";
import { git } from "./run-git.js";
import { isWorkTreeDirty } from "./status.js";
import { readBlobs, readTree, type TreeFile } from "./tree.js";

export type { TreeFile } from "./tree.js";

const BRANCH = /^refs\/heads\//;
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
    return name.replace(BRANCH, "");
  }

  /** The commit and root tree that a branch, tag or commit id names at this moment. Throws empty_repository, bad_ref. */
  async resolve(ref: string): Promise<{ commit: string; tree: string }> {
    const candidates = refCandidates(ref);
    const questions = [...candidates, "HEAD"].flatMap((name) => [
      `${name}^{commit}`,
      `${name}^{tree}`,
    ]);
    // Names go through standard input, where git reads no options.
    const output = await this.#git(
      ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
      `${questions.join("\n")}\n`,
    );
    const answers = output.toString().split("\n");
    const ids = answers.map((answer) => FOUND.exec(answer)?.[1]);
    for (const index of candidates.keys()) {
      const [commit, tree] = ids.slice(2 * index, 2 * index + 2);
      if (commit !== undefined && tree !== undefined) {
        return { commit, tree };
      }
    }
    if (ids[2 * candidates.length] === undefined) {
      throw new AppError("empty_repository", `${this.#place.dir} has no commit on its branch yet`);
    }
    throw new AppError("bad_ref", `${this.#place.dir} has no branch, tag or commit ${ref}`);
  }

  /**
   * The newest commit of `ref`, or of the branch that is checked out at this moment. One git process. Throws as
   * `resolve`, and git_failed when the repository is not where it was opened any more.
   */
  async newest(ref: string | null): Promise<{ commit: string; tree: string; ref: string }> {
    if (ref !== null) return { ...(await this.resolve(ref)), ref };
    const name = await this.#checkedOut();
    return { ...(await this.resolve(name)), ref: name.replace(BRANCH, "") };
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

  /** Read from its file, which costs no process; where refs are kept in tables, git has to tell. */
  async #checkedOut(): Promise<string> {
    const head = await readFile(join(this.#place.gitDir, "HEAD"), "utf8").catch((cause) => {
      throw new AppError("git_failed", `${this.#place.dir} has no HEAD any more`, { cause });
    });
    const name = /^ref: *(\S+)\n?$/.exec(head)?.[1];
    if (name === undefined) return "HEAD";
    return name === "refs/heads/.invalid" ? this.#unbornBranch() : name;
  }

  #git(args: readonly string[], input = ""): Promise<Buffer> {
    return git(this.#place.dir, [`--git-dir=${this.#place.gitDir}`, ...args], { input });
  }
}
