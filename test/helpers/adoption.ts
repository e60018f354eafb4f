/** Imports a database into a repository, commits it with an operator, and adopts it, as an operator would. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentJson } from "../../src/protocol/documents.js";
import { writeKeyPair } from "../../src/sign/key-file.js";
import { run, type Ended } from "./cli.js";
import { genesis } from "./desired.js";
import { commitFiles, git, temporaryFolder } from "./git.js";
import { keyOf } from "./keys.js";

const OPERATOR = [
  "apiVersion: concordat/v1",
  "kind: OperatorKey",
  "metadata: { name: root }",
  "spec:",
  "  keyId: operator-root",
  `  publicKey: "${keyOf("operator root").publicKey}"`,
  "  tier: privileged",
  "  holder: the operator",
  "",
].join("\n");

/** The genesis of the sovereign whose authority signs with `keyOf("authority")`. */
export function genesisFile(): string {
  const file = join(temporaryFolder(), "genesis.json");
  writeFileSync(file, documentJson(genesis()));
  return file;
}

/** The private key of the same authority. */
export function authorityKeyFile(label = "authority"): string {
  return writeKeyPair(join(temporaryFolder(), "authority"), "acme-1", keyOf(label)).privatePath;
}

export async function importDatabase(
  file: string,
  dir = join(temporaryFolder(), "trust"),
): Promise<Ended & { readonly dir: string }> {
  const args = ["import", "na-db", file, "--out", dir, "--genesis", genesisFile(), "--json"];
  return { ...(await run(args)), dir };
}

/** Makes the folder a repository with one operator, and commits all of it. */
export function commitImport(dir: string): string {
  git(dir, ["init", "--quiet", "--initial-branch=main"]);
  return commitFiles(dir, { "operators/root.yaml": OPERATOR }, "take over");
}

export function adoptArgs(dir: string, file: string): string[] {
  return ["adopt", file, "--repo", dir, "--authority-key", authorityKeyFile(), "--json"];
}

/** The repository of a database that was imported, committed and adopted. */
export async function adoptedRepository(file: string): Promise<string> {
  const { dir, code, stdout } = await importDatabase(file);
  if (code !== 0) throw new Error(`import failed: ${stdout}`);
  commitImport(dir);
  const ended = await run(adoptArgs(dir, file));
  if (ended.code !== 0) throw new Error(`adopt failed: ${ended.stdout}`);
  return dir;
}
