/** Makes a trust repository with its keys: what `concordat init` does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { compile } from "../desired/compile.js";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import { AppError } from "../errors.js";
import { createRepository } from "../git/create.js";
import type { Instant } from "../model/time.js";
import { prettyJson } from "../protocol/canonical.js";
import { documentJson } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { firstGenesis } from "./genesis.js";
import { keyPaths, makeKeys, removeKeys, writeKeys, type KeyPaths, type NewKeys } from "./keys.js";
import { fillFolder } from "./stage.js";
import { editorSchemas, renderTemplates } from "./templates.js";

/** Ignored by git: the default place of the database and of the keys. */
const LOCAL_FOLDER = ".concordat";
const KEYS_FOLDER = join(LOCAL_FOLDER, "keys");

export interface ScaffoldOptions {
  /** A new or an empty folder. */
  readonly dir: string;
  readonly sovereignId: string;
  /** Where the keys go; null: into `.concordat/keys/` of the repository. */
  readonly keysDir: string | null;
  readonly now: Instant;
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
}

export interface Scaffold {
  /** Absolute, as all paths here but `files`. */
  readonly dir: string;
  /** Id of the first commit. */
  readonly commit: string;
  /** What it holds: paths from the root of the repository, sorted. */
  readonly files: readonly string[];
  /** Where the private keys stand. */
  readonly keys: KeyPaths;
}

/**
 * A repository that validates, with its first commit; or nothing at all. Throws usage (the sovereign id, or a folder for
 * keys that git would commit), not_empty, key_file_exists, unreadable_file, git_failed.
 */
export async function scaffold(options: ScaffoldOptions): Promise<Scaffold> {
  const dir = resolve(options.dir);
  const keysDir = keysDirOutside(dir, options.keysDir);
  const keys = makeKeys(options.random);
  const files = new Map([...repositoryFiles(options, keys), ...settingsFile(dir, keysDir)]);
  const stageName = `.concordat-init-${Buffer.from(options.random(6)).toString("hex")}`;
  let undo = (): void => {};
  try {
    const commit = await fillFolder(dir, stageName, async (stage) => {
      mkdirSync(join(stage, LOCAL_FOLDER), { mode: 0o700 });
      const folder = keysDir ?? join(stage, KEYS_FOLDER);
      writeKeys(folder, keys);
      undo = () => removeKeys(folder);
      writeAll(stage, files);
      return createRepository(stage, `Begin the trust of ${options.sovereignId}`);
    });
    return {
      dir,
      commit,
      files: [...files.keys()].toSorted(),
      keys: keyPaths(keysDir ?? join(dir, KEYS_FOLDER)),
    };
  } catch (error) {
    undo();
    throw error;
  }
}

function repositoryFiles(
  { sovereignId, now }: ScaffoldOptions,
  keys: NewKeys,
): Map<string, string> {
  const genesis = firstGenesis(sovereignId, keys.authority.publicKey, keys.root, now);
  const files = new Map([
    ...renderTemplates({
      sovereignId,
      sovereignIdYaml: JSON.stringify(sovereignId),
      authorityPublicKey: keys.authority.publicKey,
      operatorRootPublicKey: keys.operatorRoot.publicKey,
      rootPublicKey: keys.root.publicKey,
      genesisEnds: genesis.body.network_authority.valid_to.slice(0, "2000-01-01".length),
    }),
    ["genesis.json", `${prettyJson(parseJson(documentJson(genesis)))}\n`],
    ...editorSchemas(),
  ]);
  checkFiles(files);
  return files;
}

/** Without it, every command would look for the keys in the default place. The path is taken from the repository. */
function settingsFile(dir: string, keysDir: string | null): Map<string, string> {
  if (keysDir === null) return new Map();
  const way = relative(dir, keysDir).replaceAll(sep, "/");
  return new Map([["concordat.config.yaml", `keysDir: ${JSON.stringify(way)}\n`]]);
}

/** The sovereign id is the one text here that did not come from us, so it is what a fault is about. */
function checkFiles(files: ReadonlyMap<string, string>): void {
  const bytes = new Map([...files].map(([path, text]) => [path, Buffer.from(text)]));
  const tree = [...bytes].map(([path, { length: size }]) => ({
    path,
    mode: "100644" as const,
    blob: path,
    size,
  }));
  const { diagnostics } = compile(
    { commit: "", tree: "", files: tree, read: (path) => bytes.get(path) ?? Buffer.of() },
    { limits: DEFAULT_LIMITS },
  );
  const [fault] = diagnostics;
  if (fault !== undefined) {
    throw new AppError("usage", `--sovereign-id: ${fault.message}`, { hint: fault.hint });
  }
}

function writeAll(root: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Null for the default. Elsewhere in the repository, git would commit the keys. */
function keysDirOutside(dir: string, given: string | null): string | null {
  if (given === null || resolve(given) === join(dir, KEYS_FOLDER)) return null;
  const way = relative(dir, resolve(given));
  if (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)) {
    throw new AppError(
      "usage",
      `${given} lies in the repository: private keys would be committed`,
      {
        hint: "leave --keys-dir out, since .concordat/keys/ is ignored by git; or choose a folder elsewhere",
      },
    );
  }
  return resolve(given);
}
