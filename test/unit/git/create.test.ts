import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRepository } from "../../../src/git/create.js";
import { Repository } from "../../../src/git/repository.js";
import { git, temporaryFolder, writeFiles } from "../../helpers/git.js";

beforeEach(() => {
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("commits everything that is not ignored on main", async () => {
  const dir = temporaryFolder();
  writeFiles(dir, {
    "a.yaml": "a: 1\n",
    ".gitignore": ".concordat/\n",
    ".concordat/root.key": "x",
  });
  const commit = await createRepository(dir, "first commit");
  expect(git(dir, ["rev-parse", "main"])).toBe(commit);
  expect(git(dir, ["log", "--format=%an <%ae> %s"])).toBe(
    "Concordat <concordat@localhost> first commit",
  );
  const repository = await Repository.open(dir);
  const files = await repository.files((await repository.resolve("main")).tree);
  expect(files.map((file) => file.path)).toEqual([".gitignore", "a.yaml"]);
  expect(await repository.isDirty()).toBe(false);
});

test("takes the user's identity, and neither their hooks, templates nor signing", async () => {
  const home = temporaryFolder();
  writeFiles(home, {
    config: `[user]
	name = O'Perator = 1
	email = operator@localhost
[commit]
	gpgSign = true
[gpg]
	program = /bin/false
[core]
	hooksPath = ${home}
[init]
	defaultBranch = trunk
`,
    "pre-commit": "#!/bin/sh\nexit 1\n",
  });
  vi.stubEnv("GIT_CONFIG_GLOBAL", `${home}/config`);
  const dir = temporaryFolder();
  writeFiles(dir, { "a.yaml": "a: 1\n" });
  await createRepository(dir, "first");
  expect(git(dir, ["log", "--format=%an <%ae>", "main"])).toBe(
    "O'Perator = 1 <operator@localhost>",
  );
});

test("makes a repository of its own inside another one", async () => {
  const outer = temporaryFolder();
  git(outer, ["init", "--quiet"]);
  writeFiles(outer, { "inner/a.yaml": "a: 1\n" });
  await createRepository(`${outer}/inner`, "first");
  expect(await (await Repository.open(`${outer}/inner`)).head()).toBe("main");
});

test("fails clearly in a folder that is not there", async () => {
  await expect(createRepository(`${temporaryFolder()}/none`, "x")).rejects.toMatchObject({
    code: "git_failed",
  });
});
