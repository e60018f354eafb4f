/** What a source of trust files offers, wherever it is. */
import type { TreeFile } from "./tree.js";

/** The newest commit of what is followed. */
export interface Head {
  readonly commit: string;
  readonly tree: string;
  /** The branch, or what was asked for; `HEAD` when no branch is checked out. */
  readonly ref: string;
}

export interface Source {
  /** The path or the address, without secrets. */
  readonly display: string;
  readonly isRemote: boolean;
  /**
   * Fetches where that is needed, and resolves. Throws source_unreachable, bad_ref, empty_repository,
   * not_a_repository, bad_tree (an object that git refuses), git_failed, and for a credential's file
   * key_file_permissions, bad_secret_file, unreadable_file.
   */
  head(): Promise<Head>;
  /** Every file of a tree. Throws git_failed, bad_tree. */
  files(tree: string): Promise<TreeFile[]>;
  /** The bytes of blobs by id. Throws git_failed. */
  read(blobs: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** False also when `ancestor` is not there at all. Throws git_failed. */
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  /** Calls `onChange` when a ref moves, until the returned function is called. A remote never calls: it is polled. */
  watch(onChange: () => void): Promise<() => Promise<void>>;
  /** Ends a fetch that is under way with all its processes, and any process that was kept. A remote's `head` fails then. */
  stop(): Promise<void>;
}
