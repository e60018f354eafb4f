import { mkdirSync, rmSync, symlinkSync } from "node:fs";
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

const REVOKED = Buffer.from("state: revoked\n");

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

describe("files and read", () => {
  test("report modes, sizes and exact bytes", async () => {
    const dir = temporaryFolder();
    git(dir, ["init", "--quiet", "--initial-branch=main"]);
    symlinkSync("/etc/passwd", join(dir, "link.yaml"));
    writeFiles(dir, {
      "empty.yaml": "",
      "binary.json": Buffer.from([0, 10, 255, 10, 0, 128]),
      'tab\tand "quote" é.yaml': REVOKED,
      "deep/er/x.yaml": "\n\n",
    });
    git(dir, ["add", "--all"]);
    git(dir, ["update-index", "--chmod=+x", "empty.yaml"]);
    const commit = "0123456789012345678901234567890123456789";
    git(dir, ["update-index", "--add", "--cacheinfo", `160000,${commit},module`]);
    git(dir, ["commit", "--quiet", "--message=x"]);

    const repository = await Repository.open(dir);
    const files = await repository.files((await repository.resolve("main")).tree);
    expect(files.map(({ path, mode, size }) => [path, mode, size])).toEqual([
      ["binary.json", "100644", 6],
      ["deep/er/x.yaml", "100644", 2],
      ["empty.yaml", "100755", 0],
      ["link.yaml", "120000", 11],
      ["module", "160000", 0],
      ['tab\tand "quote" é.yaml', "100644", REVOKED.length],
    ]);

    const blobs = files.filter((file) => file.mode !== "160000").map((file) => file.blob);
    const contents = await repository.read([...blobs, ...blobs]);
    expect(blobs.map((blob) => Buffer.from(contents.get(blob) ?? []).toString("latin1"))).toEqual([
      "\0\n\xff\n\0\x80",
      "\n\n",
      "",
      "/etc/passwd",
      REVOKED.toString(),
    ]);
  });

  test("read what was committed, whatever lies in the work tree", async () => {
    const dir = repositoryWith({ "a.yaml": REVOKED });
    writeFiles(dir, { "a.yaml": "state: active\n" });
    const repository = await Repository.open(dir);
    const [file] = await repository.files((await repository.resolve("main")).tree);
    expect((await repository.read([file?.blob ?? ""])).get(file?.blob ?? "")).toEqual(REVOKED);
  });

  test("read more blobs than any pipe holds", async () => {
    const dir = temporaryFolder();
    git(dir, ["init", "--quiet", "--initial-branch=main"]);
    const count = 20_000;
    const body = (index: number) => `number: ${index}\n${"x".repeat(index % 97)}\n`;
    const stream = ["commit refs/heads/main\ncommitter T <t@localhost> 0 +0000\ndata 0\n"];
    for (let index = 0; index < count; index += 1) {
      stream.push(
        `M 644 inline d${index % 100}/f${index}.yaml\ndata ${body(index).length}\n${body(index)}\n`,
      );
    }
    git(dir, ["fast-import", "--quiet"], stream.join(""));
    const repository = await Repository.open(dir);
    const files = await repository.files((await repository.resolve("main")).tree);
    const contents = await repository.read(files.map((file) => file.blob));
    expect(contents.size).toBe(count);
    const wrong = files.filter((file) => {
      const index = Number(/f(\d+)\.yaml$/.exec(file.path)?.[1]);
      return Buffer.from(contents.get(file.blob) ?? []).toString() !== body(index);
    });
    expect(wrong).toEqual([]);
  });

  test("take an empty tree for what it is", async () => {
    const repository = await Repository.open(repositoryWith({}));
    expect(await repository.files((await repository.resolve("main")).tree)).toEqual([]);
    expect(await repository.read([])).toEqual(new Map());
  });

  test("fail on a missing blob and on a blob that is a tree", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const repository = await Repository.open(dir);
    const { tree } = await repository.resolve("main");
    const blob = git(dir, ["rev-parse", "HEAD:a.yaml"]);
    await expect(repository.read([tree])).rejects.toMatchObject({ code: "git_failed" });
    rmSync(join(dir, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
    await expect(repository.read([blob])).rejects.toMatchObject({ code: "git_failed" });
    await expect(repository.files(tree)).rejects.toMatchObject({ code: "git_failed" });
  });

  test("refuse a name that is not UTF-8", async () => {
    const dir = repositoryWith({});
    const stream =
      "commit refs/heads/odd\ncommitter T <t@localhost> 0 +0000\ndata 0\nM 644 inline a\xff.yaml\ndata 0\n\n";
    git(dir, ["fast-import", "--quiet"], Buffer.from(stream, "latin1"));
    const repository = await Repository.open(dir);
    const { tree } = await repository.resolve("odd");
    await expect(repository.files(tree)).rejects.toMatchObject({ code: "bad_tree" });
  });
});

describe("isDirty", () => {
  test.each([
    ["an edited file", { "a.yaml": "a: 2\n" }, true],
    ["a new resource", { "sovereigns/b.yaml": "b: 1\n" }, true],
    ["a new signed document", { "feeds/b.json": "{}\n" }, true],
    [
      "Markdown, dot files and ignored files",
      { "b.md": "", ".c.yaml": "", ".d/e.yaml": "", "i/f.yaml": "" },
      false,
    ],
  ])("judges %s", async (_, files, dirty) => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n", ".gitignore": "i/\n" });
    const repository = await Repository.open(dir);
    expect(await repository.isDirty()).toBe(false);
    writeFiles(dir, files);
    expect(await repository.isDirty()).toBe(dirty);
  });

  test("sees what is staged, and what is gone", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
    const repository = await Repository.open(dir);
    writeFiles(dir, { "a.yaml": "a: 2\n" });
    git(dir, ["add", "a.yaml"]);
    expect(await repository.isDirty()).toBe(true);
    git(dir, ["reset", "--quiet", "--hard"]);
    expect(await repository.isDirty()).toBe(false);
    rmSync(join(dir, "b.yaml"));
    expect(await repository.isDirty()).toBe(true);
  });

  test("looks at the whole tree, not at the folder of the process", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    mkdirSync(join(dir, "x"));
    writeFiles(dir, { "x/new.yaml": "a: 1\n" });
    expect(await (await Repository.open(dir)).isDirty()).toBe(true);
  });
});
