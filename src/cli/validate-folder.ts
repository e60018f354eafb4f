/** Checks the files of a folder as they are, committed or not: what `concordat validate` reports. */
import { compile } from "../desired/compile.js";
import type { Diagnostic } from "../desired/diagnostic.js";
import type { Limits } from "../desired/limits.js";
import { readCheckout } from "../git/worktree.js";

export interface Validation {
  readonly valid: boolean;
  readonly files: number;
  readonly resources: number;
  readonly errors: number;
  readonly warnings: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Every fault in one run. Needs neither a commit nor a state nor the network. Throws what `readCheckout` throws. */
export async function validateFolder(dir: string, limits: Limits): Promise<Validation> {
  const { files, read } = await readCheckout(dir, limits);
  // Ids of a commit and a tree that are not there: nothing of the result but the faults and the counts is used.
  const { diagnostics, parsed } = compile({ commit: "", tree: "", files, read }, { limits });
  const errors = diagnostics.filter((diagnostic) => diagnostic.level === "error").length;
  return {
    valid: errors === 0,
    files: files.length,
    resources: [...parsed.values()].reduce((count, resources) => count + resources.length, 0),
    errors,
    warnings: diagnostics.length - errors,
    diagnostics,
  };
}
