/** The folder that an import writes into: nothing yet, or a trust repository whose resources and names it must respect. */
import { existsSync, readdirSync } from "node:fs";
import { compile } from "../desired/compile.js";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import { validationFailed } from "../desired/validation-failed.js";
import { AppError } from "../errors.js";
import { readCheckout } from "../git/worktree.js";
import type { Kind, Resource } from "../model/resources.js";

export interface ExistingTree {
  /** Null: the folder is new or empty. */
  readonly authority: {
    readonly sovereignId: string;
    readonly publicKey: string;
  } | null;
  readonly resources: readonly Resource[];
  /** Paths of its files. */
  readonly paths: ReadonlySet<string>;
}

const NOTHING: ExistingTree = { authority: null, resources: [], paths: new Set() };

/**
 * Reads the files as they stand, committed or not. Throws AppError `not_empty` for a folder with other things in it,
 * `validation_failed` for a repository that is not in order, and what `readCheckout` throws.
 */
export async function readExistingTree(dir: string): Promise<ExistingTree> {
  if (!existsSync(dir) || readdirSync(dir).every((name) => name === ".git")) return NOTHING;
  const { files, read } = await readCheckout(dir, DEFAULT_LIMITS);
  const input = { commit: "", tree: "", files, read };
  const { parsed, diagnostics } = compile(input, { limits: DEFAULT_LIMITS });
  const resources = [...parsed.values()].flat();
  const authority = resources.find((resource) => resource.kind === "Authority");
  if (authority === undefined) {
    throw new AppError("not_empty", `${dir} is neither empty nor a trust repository`, {
      hint: "choose a new folder, or a repository made by concordat init",
    });
  }
  const errors = diagnostics.filter(({ level }) => level === "error");
  if (errors.length > 0) throw validationFailed(errors);
  const { sovereignId, publicKey } = authority.spec;
  return {
    authority: { sovereignId, publicKey },
    resources,
    paths: new Set(files.map(({ path }) => path)),
  };
}

/** The names that resources of a kind bear. */
export function namesOf({ resources }: ExistingTree, kind: Kind): readonly string[] {
  return resources.filter((resource) => resource.kind === kind).map(({ name }) => name);
}

/** The keys of each foreign sovereign that the tree knows, by sovereign id. */
export function keysOf({ resources }: ExistingTree): ReadonlyMap<string, readonly string[]> {
  return new Map(
    resources.flatMap((resource) =>
      resource.kind === "Sovereign"
        ? [[resource.spec.sovereignId, resource.spec.publicKeys] as const]
        : [],
    ),
  );
}
