/** What an import of a whole authority wrote: the result that `import na-db` and `import authority` print. */
import type { Exception } from "../model/adoption.js";
import type { Digest } from "../model/state.js";
import type { ImportResult } from "../adopt/import.js";

export interface ImportedTrust {
  /** The database file, or the address. */
  readonly source: string;
  readonly dir: string;
  readonly sovereign_id: string;
  readonly public_key: string;
  readonly rows_digest: Digest;
  readonly files: readonly string[];
  readonly resources: {
    readonly sovereigns: number;
    readonly treaties: number;
    readonly attestations: number;
    readonly revocations: number;
    readonly feeds: number;
  };
  readonly left_out: readonly Exception[];
  readonly kept: readonly Exception[];
  readonly warnings: readonly string[];
}

export function importedTrust(source: string, dir: string, result: ImportResult): ImportedTrust {
  const { resources } = result;
  return {
    source,
    dir,
    sovereign_id: result.sovereignId,
    public_key: result.publicKey,
    rows_digest: result.rowsDigest,
    files: result.files,
    resources: {
      sovereigns: resources.Sovereign ?? 0,
      treaties: resources.RecognitionTreaty ?? 0,
      attestations: resources.MembershipAttestation ?? 0,
      revocations: resources.Revocation ?? 0,
      feeds: resources.RevocationFeed ?? 0,
    },
    left_out: result.leftOut,
    kept: result.kept,
    warnings: result.warnings,
  };
}
