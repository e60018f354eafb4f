import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { validateFolder } from "../../../src/cli/validate-folder.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { readWorktree } from "../../../src/git/worktree.js";
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

test("what is over the limits is counted and not read", () => {
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
  expect(validateFolder(dir, { ...DEFAULT_LIMITS, files: 10 })).toMatchObject({ valid: false });
});

test("a socket is not waited for, and is no plain file", async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "treaties"));
  const server = createServer().listen(join(dir, "treaties/socket.yaml"));
  await once(server, "listening");
  const { diagnostics } = validateFolder(dir, DEFAULT_LIMITS);
  server.close();
  expect(diagnostics.map(({ code, file }) => [code, file])).toContainEqual([
    "bad_mode",
    "treaties/socket.yaml",
  ]);
});
