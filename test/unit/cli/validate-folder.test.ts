import { once } from "node:events";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { validateFolder } from "../../../src/cli/validate-folder.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { readCheckout, readWorktree } from "../../../src/git/worktree.js";
import { git, temporaryFolder, writeFiles } from "../../helpers/git.js";

const LIMITS = { files: 10, fileBytes: 100 };

test("a folder reads as the commit of it would", () => {
  const dir = temporaryFolder();
  writeFiles(dir, { "b/c.yaml": "c\n", "a.yaml": "a\n", "b/d/e.json": "{}" });
  symlinkSync("a.yaml", join(dir, "link.yaml"));
  git(dir, ["init", "--quiet"]);
  git(dir, ["add", "--all"]);
  const staged = git(dir, ["ls-files", "--stage"]).split("\n");
  const { files, read } = readWorktree(dir, LIMITS);
  expect(files.map(({ mode, blob, path }) => `${mode} ${blob} 0\t${path}`)).toEqual(staged);
  expect(Buffer.from(read(files[0]?.blob ?? "")).toString()).toBe("a\n");
});

test("folders whose names begin with a dot are left out, files are not", () => {
  const dir = temporaryFolder();
  writeFiles(dir, {
    ".git/config": "x",
    ".concordat/keys/a.key": "x",
    "b/.x/y": "x",
    ".ignore": "x",
  });
  expect(readWorktree(dir, LIMITS).files.map((file) => file.path)).toEqual([".ignore"]);
});

async function checkedOut(dir: string): Promise<readonly string[]> {
  return (await readCheckout(dir, LIMITS)).files.map(({ mode, path }) => `${mode} ${path}`);
}

test("a checkout has what git would commit: no ignored file, and tracked ones wherever they are", async () => {
  const dir = temporaryFolder();
  git(dir, ["init", "--quiet"]);
  writeFiles(dir, { ".gitignore": "*.plan\n/.local/\n", ".github/a.yml": "", "new.yaml": "" });
  writeFiles(dir, { "change.plan": "x", ".local/kept": "x", ".local/ignored": "x" });
  git(dir, ["add", "--force", ".local/kept"]);
  expect(await checkedOut(dir)).toEqual([
    "100644 .github/a.yml",
    "100644 .gitignore",
    "100644 .local/kept",
    "100644 new.yaml",
  ]);
});

test("what is tracked may be deleted, or be a folder now, or lie in a file", async () => {
  const dir = temporaryFolder();
  git(dir, ["init", "--quiet"]);
  writeFiles(dir, { "gone.yaml": "", folder: "", "file/a.yaml": "" });
  git(dir, ["add", "--all"]);
  for (const path of ["gone.yaml", "folder", "file"]) rmSync(join(dir, path), { recursive: true });
  writeFiles(dir, { "folder/b.yaml": "", file: "" });
  expect(await checkedOut(dir)).toEqual(["100644 file", "100644 folder/b.yaml"]);
});

test("a repository inside is one submodule", async () => {
  const dir = temporaryFolder();
  for (const path of ["", "inner"]) {
    mkdirSync(join(dir, path), { recursive: true });
    git(join(dir, path), ["init", "--quiet"]);
  }
  writeFiles(dir, { "inner/a.yaml": "" });
  git(join(dir, "inner"), ["add", "--all"]);
  git(join(dir, "inner"), ["commit", "--quiet", "--message", "first"]);
  expect(await checkedOut(dir)).toEqual(["160000 inner"]);
});

test("a folder in another repository is read as a folder", async () => {
  const dir = temporaryFolder();
  git(dir, ["init", "--quiet"]);
  writeFiles(dir, { ".gitignore": "*\n", "inner/a.yaml": "" });
  expect(await checkedOut(join(dir, "inner"))).toEqual(["100644 a.yaml"]);
});

test("what is over the limits is counted and not read", async () => {
  const dir = temporaryFolder();
  writeFiles(dir, { "large.yaml": "x".repeat(101), "fits.yaml": "x".repeat(100) });
  const { files, read } = readWorktree(dir, LIMITS);
  expect(files.map((file) => [file.size, read(file.blob).length])).toEqual([
    [100, 100],
    [101, 0],
  ]);
  for (let index = 0; index < 40; index += 1) writeFileSync(join(dir, `${index}.yaml`), "");
  const collected = readWorktree(dir, LIMITS).files.length;
  expect(collected).toBeGreaterThan(LIMITS.files);
  expect(await validateFolder(dir, { ...DEFAULT_LIMITS, files: 10 })).toMatchObject({
    valid: false,
  });
});

test("a socket is not waited for, and is no plain file", async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "treaties"));
  const server = createServer().listen(join(dir, "treaties/socket.yaml"));
  await once(server, "listening");
  const { diagnostics } = await validateFolder(dir, DEFAULT_LIMITS);
  server.close();
  expect(diagnostics.map(({ code, file }) => [code, file])).toContainEqual([
    "bad_mode",
    "treaties/socket.yaml",
  ]);
});
