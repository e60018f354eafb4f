/** The lock check finds each thing npm can lose, and mends what can be mended. */
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

const MANIFEST = readFileSync("package.json", "utf8");
const LOCK = readFileSync("package-lock.json", "utf8");

interface Entry {
  gypfile?: boolean;
  integrity?: string;
  resolved?: string;
}

interface Run {
  readonly status: number | null;
  readonly stderr: string;
}

/** A folder with the installed packages and this lock, and a way to run the check there. */
function folderWith(lock: string, manifest = MANIFEST): (...args: readonly string[]) => Run {
  const dir = temporaryFolder();
  writeFiles(dir, { "package.json": manifest, "package-lock.json": lock });
  symlinkSync(resolve("node_modules"), join(dir, "node_modules"));
  const script = resolve("scripts/lock.ts");
  return (...args) =>
    spawnSync(process.execPath, [script, ...args], { cwd: dir, encoding: "utf8" });
}

function changed(change: (packages: Record<string, Entry>) => void): string {
  const lock = JSON.parse(LOCK) as { readonly packages: Record<string, Entry> };
  change(lock.packages);
  return JSON.stringify(lock);
}

function entry(packages: Record<string, Entry>, name: string): Entry {
  const found = packages[`node_modules/${name}`];
  if (found === undefined) throw new Error(`${name} is not in the lock`);
  return found;
}

test("accepts the lock of this project", () => {
  expect(folderWith(LOCK)()).toMatchObject({ status: 0, stderr: "" });
});

test("finds a lost gypfile: false, and puts it back", () => {
  const check = folderWith(changed((packages) => delete entry(packages, "better-sqlite3").gypfile));
  const run = check();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("node_modules/better-sqlite3: lacks gypfile: false");
  expect(check("--write").status).toBe(0);
  expect(check().status).toBe(0);
});

test("finds the address of a registry, and removes it", () => {
  const check = folderWith(
    changed((packages) => {
      entry(packages, "yaml").resolved = "https://registry.example/yaml.tgz";
    }),
  );
  expect(check().stderr).toContain("node_modules/yaml: names a registry or a path");
  expect(check("--write").status).toBe(0);
});

test("finds a package without its hash", () => {
  const check = folderWith(changed((packages) => delete entry(packages, "yaml").integrity));
  expect(check()).toMatchObject({ status: 1 });
  expect(check("--write").stderr).toContain("node_modules/yaml: has no integrity");
});

test("finds a platform's binaries that were left out", () => {
  const check = folderWith(
    changed((packages) => delete packages["node_modules/@oxlint/binding-darwin-arm64"]),
  );
  const run = check("--write");
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("optional @oxlint/binding-darwin-arm64 has no entry");
});

test("finds an install script that nobody allowed or refused", () => {
  const { allowScripts: _, ...manifest } = JSON.parse(MANIFEST) as Record<string, unknown>;
  const run = folderWith(LOCK, JSON.stringify(manifest))();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain("node_modules/node: has an install script");
});
