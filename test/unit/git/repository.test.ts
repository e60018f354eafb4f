import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Repository } from "../../../src/git/repository.js";
import {
  commitFiles,
  git,
  repositoryWith,
  temporaryFolder,
  writeFiles,
} from "../../helpers/git.js";

describe("open", () => {
  test("takes the top of a work tree", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    expect(await (await Repository.open(dir)).head()).toBe("main");
  });

  test("takes a bare repository", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const bare = temporaryFolder();
    git(dir, ["clone", "--quiet", "--bare", dir, bare]);
    const repository = await Repository.open(bare);
    expect(await repository.head()).toBe("main");
    expect(await repository.isDirty()).toBe(false);
    const { tree } = await repository.resolve("main");
    expect((await repository.files(tree)).map((file) => file.path)).toEqual(["a.yaml"]);
  });

  test("takes a linked work tree, and a path with a symbolic link in it", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const linked = join(temporaryFolder(), "linked");
    git(dir, ["worktree", "add", "--quiet", "-b", "side", linked]);
    const alias = join(temporaryFolder(), "alias");
    symlinkSync(linked, alias);
    const repository = await Repository.open(alias);
    expect(await repository.head()).toBe("side");
    writeFiles(linked, { "a.yaml": "a: 2\n" });
    expect(await repository.isDirty()).toBe(true);
  });

  test("takes a repository with SHA-256 ids", async () => {
    const dir = temporaryFolder();
    git(dir, ["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
    const commit = commitFiles(dir, { "a.yaml": "a: 1\n" });
    const repository = await Repository.open(dir);
    expect(commit).toHaveLength(64);
    expect((await repository.resolve("main")).commit).toBe(commit);
    const [file] = await repository.files((await repository.resolve(commit)).tree);
    expect((await repository.read([file?.blob ?? ""])).size).toBe(1);
  });

  test.each([
    ["a folder that is not there", (dir: string) => join(dir, "nowhere")],
    ["a folder inside a repository", (dir: string) => join(dir, "sub")],
    ["git's own folder", (dir: string) => join(dir, ".git")],
    ["a folder in git's own folder", (dir: string) => join(dir, ".git", "refs")],
  ])("refuses %s", async (_, path) => {
    const dir = repositoryWith({ "sub/a.yaml": "a: 1\n" });
    await expect(Repository.open(path(dir))).rejects.toMatchObject({ code: "not_a_repository" });
  });

  test("refuses a folder without a repository, and one inside a bare repository", async () => {
    const bare = temporaryFolder();
    await expect(Repository.open(bare)).rejects.toMatchObject({ code: "not_a_repository" });
    git(bare, ["init", "--quiet", "--bare"]);
    await expect(Repository.open(join(bare, "refs"))).rejects.toMatchObject({
      code: "not_a_repository",
    });
  });

  test("refuses a work tree that its configuration puts elsewhere", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    git(dir, ["config", "core.worktree", temporaryFolder()]);
    await expect(Repository.open(dir)).rejects.toMatchObject({ code: "not_a_repository" });
  });
});

describe("resolve", () => {
  test("names the commit and its tree by branch, tag, remote branch, full name and id", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const commit = git(dir, ["rev-parse", "HEAD"]);
    const tree = git(dir, ["rev-parse", "HEAD^{tree}"]);
    git(dir, ["tag", "--annotate", "--message=release", "v1"]);
    git(dir, ["update-ref", "refs/remotes/origin/next", commit]);
    const repository = await Repository.open(dir);
    const names = [
      "main",
      "HEAD",
      "v1",
      "origin/next",
      "refs/heads/main",
      commit,
      commit.slice(0, 12),
    ];
    for (const name of names) {
      expect(await repository.resolve(name), name).toEqual({ commit, tree });
    }
  });

  test("takes the branch when a tag has the same name", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    git(dir, ["tag", "main"]);
    const commit = commitFiles(dir, { "a.yaml": "a: 2\n" });
    expect((await (await Repository.open(dir)).resolve("main")).commit).toBe(commit);
  });

  test("takes a full id for that object even when a branch is called so", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const first = git(dir, ["rev-parse", "HEAD"]);
    const second = commitFiles(dir, { "a.yaml": "a: 2\n" });
    git(dir, ["update-ref", `refs/heads/${first}`, second]);
    expect((await (await Repository.open(dir)).resolve(first)).commit).toBe(first);
  });

  test.each([
    "-u",
    "--upload-pack=x",
    "a..b",
    "x@{1}",
    "main^",
    "main~1",
    "main:a.yaml",
    "refs/replace/0123456789012345678901234567890123456789",
    "a b",
    "a\nb",
    "",
    "x".repeat(300),
  ])("refuses %j as a name", async (name) => {
    const repository = await Repository.open(repositoryWith({ "a.yaml": "a: 1\n" }));
    await expect(repository.resolve(name)).rejects.toMatchObject({ code: "bad_ref" });
  });

  test("refuses a name that nothing has, and an id that is not a commit's", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const blob = git(dir, ["rev-parse", "HEAD:a.yaml"]);
    const repository = await Repository.open(dir);
    for (const name of ["nothing", "0".repeat(40), blob]) {
      await expect(repository.resolve(name)).rejects.toMatchObject({ code: "bad_ref" });
    }
  });

  test("refuses a repository without a commit", async () => {
    const dir = temporaryFolder();
    git(dir, ["init", "--quiet", "--initial-branch=trunk"]);
    const repository = await Repository.open(dir);
    expect(await repository.head()).toBe("trunk");
    await expect(repository.resolve("trunk")).rejects.toMatchObject({ code: "empty_repository" });
    await expect(repository.resolve("HEAD")).rejects.toMatchObject({ code: "empty_repository" });
  });

  test("calls a detached head HEAD", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    git(dir, ["checkout", "--quiet", "--detach"]);
    const repository = await Repository.open(dir);
    expect(await repository.head()).toBe("HEAD");
    expect((await repository.resolve("HEAD")).commit).toBe(git(dir, ["rev-parse", "HEAD"]));
  });
});
