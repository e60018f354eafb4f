/** Reads trees and blobs of a commit: one git process for all names and sizes, one for all contents. */
import { AppError } from "../errors.js";
import { git } from "./run-git.js";

export type FileMode = "100644" | "100755" | "120000" | "160000";

/** One entry of a tree, at any depth. */
export interface TreeFile {
  /** From the root of the repository, `/` between folders. */
  readonly path: string;
  /** A file, an executable file, a symbolic link, a submodule. */
  readonly mode: FileMode;
  readonly blob: string;
  /** Bytes; 0 for a submodule, which has none here. */
  readonly size: number;
}

const ENTRY =
  /^(100644|100755|120000|160000) (?:blob|commit) ([0-9a-f]{40,64}) +([0-9]+|-)\t([^]+)$/;
const BLOB_HEADER = /^([0-9a-f]{40,64}) blob ([0-9]+)$/;
const NEWLINE = 0x0a;

/** Every file below the tree, in git's order. Throws git_failed, and bad_tree for a name that is not UTF-8. */
export async function readTree(gitDir: string, tree: string): Promise<TreeFile[]> {
  const listing = await git(gitDir, [
    `--git-dir=${gitDir}`,
    "ls-tree",
    "-r",
    "-z",
    "--long",
    "--full-tree",
    "--end-of-options",
    tree,
  ]);
  return decodeStrictly(listing)
    .split("\0")
    .slice(0, -1)
    .map((line) => {
      const [, mode, blob, size, path] = ENTRY.exec(line) ?? [];
      if (!isMode(mode) || blob === undefined || path === undefined) {
        throw new AppError(
          "git_failed",
          `git ls-tree says ${JSON.stringify(line.slice(0, 200))}; an object may be missing`,
        );
      }
      return { path, mode, blob, size: Number(size === "-" ? 0 : size) };
    });
}

/** The contents of the blobs by id. Throws git_failed when one is missing or is no blob. */
export async function readBlobs(
  gitDir: string,
  blobs: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const wanted = [...new Set(blobs)];
  if (wanted.length === 0) {
    return contents;
  }
  const output = await git(gitDir, [`--git-dir=${gitDir}`, "cat-file", "--batch", "--buffer"], {
    input: wanted.map((blob) => `${blob}\n`).join(""),
  });
  let at = 0;
  for (const blob of wanted) {
    const end = output.indexOf(NEWLINE, at);
    const header = output.toString("latin1", at, end === -1 ? output.length : end);
    const [, id, size] = BLOB_HEADER.exec(header) ?? [];
    if (id !== blob) {
      throw new AppError(
        "git_failed",
        `git cat-file says ${JSON.stringify(header.slice(0, 200))}`,
        {
          hint: "an object of the repository is missing: see git fsck, or clone it anew without --filter",
        },
      );
    }
    const start = end + 1;
    at = start + Number(size);
    contents.set(blob, output.subarray(start, at));
    at += 1;
  }
  return contents;
}

function isMode(text: string | undefined): text is FileMode {
  return text === "100644" || text === "100755" || text === "120000" || text === "160000";
}

export function decodeStrictly(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("bad_tree", "the name of a file in the repository is not UTF-8", {
      hint: "list the files with git ls-tree -r HEAD and rename it",
      cause,
    });
  }
}
