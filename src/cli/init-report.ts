/** What `init` made: the result that `init --json` prints. */
import type { Scaffold } from "../scaffold/scaffold.js";

export interface InitReport {
  readonly dir: string;
  readonly sovereign_id: string;
  readonly commit: string;
  readonly files: readonly string[];
  /** Paths of the private keys. */
  readonly keys: {
    readonly authority: string;
    readonly operator_root: string;
    readonly root: string;
  };
}

export function initReport(
  sovereignId: string,
  { dir, commit, files, keys }: Scaffold,
): InitReport {
  return {
    dir,
    sovereign_id: sovereignId,
    commit,
    files,
    keys: { authority: keys.authority, operator_root: keys.operatorRoot, root: keys.root },
  };
}
