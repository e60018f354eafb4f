/** One tree of a repository → the desired state, parsing only the blobs that are not known already. */
import { compile, type Compiled } from "../desired/compile.js";
import type { Limits } from "../desired/limits.js";
import { validationFailed } from "../desired/validation-failed.js";
import type { TreeFile } from "../git/repository.js";
import type { Desired } from "../model/desired.js";
import type { Resource } from "../model/resources.js";

/** Where the blobs of a tree are read from. */
export interface BlobSource {
  /** The bytes of blobs by id. Throws AppError `git_failed` when one is missing. */
  read(blobs: readonly string[]): Promise<Map<string, Uint8Array>>;
}

export interface Revision {
  readonly commit: string;
  readonly tree: string;
  readonly files: readonly TreeFile[];
}

export interface CompiledTree {
  readonly desired: Desired;
  /** What this run read from git itself, by blob id. */
  readonly parsed: Compiled["parsed"];
}

/** Throws AppError `validation_failed` with every diagnostic, and the codes of `read`. */
export async function compileTree(
  source: BlobSource,
  revision: Revision,
  limits: Limits,
  known: ReadonlyMap<string, readonly Resource[]>,
): Promise<CompiledTree> {
  const readable = revision.files.filter(
    (file) => file.mode !== "160000" && !known.has(file.blob) && file.size <= limits.fileBytes,
  );
  const total = readable.reduce((sum, file) => sum + file.size, 0);
  // Over the limit nothing is read: the tree check refuses it by its sizes alone.
  const blobs = await source.read(
    total > limits.totalBytes ? [] : readable.map((file) => file.blob),
  );
  const read = (blob: string): Uint8Array => blobs.get(blob) ?? new Uint8Array();
  const { desired, diagnostics, parsed } = compile(
    { ...revision, read },
    { limits, cached: (blob) => known.get(blob) },
  );
  if (desired !== null) return { desired, parsed };
  // A fault is shown with its line, which a known file has not been read for.
  if (known.size > 0) return await compileTree(source, revision, limits, new Map());
  throw validationFailed(diagnostics);
}
