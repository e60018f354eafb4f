import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Repository } from "../../../src/git/repository.js";
import { git, repositoryWith, temporaryFolder, writeFiles } from "../../helpers/git.js";

const REVOKED = Buffer.from("state: revoked\n");

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

  test("take as many processes for one file as for a thousand", async () => {
    const many = Array.from(
      { length: 1000 },
      (_, index) => [`f${index}.yaml`, `f: ${index}\n`] as const,
    );
    const dirs = [
      repositoryWith({ "a.yaml": "a: 1\n" }),
      repositoryWith(Object.fromEntries<string>(many)),
    ];
    const tools = temporaryFolder();
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFiles(tools, { git: `#!/bin/sh\necho "$*" >> ${tools}/log\nexec ${real} "$@"\n` });
    chmodSync(join(tools, "git"), 0o755);
    vi.stubEnv("PATH", `${tools}:${process.env["PATH"]}`);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    for (const dir of dirs) {
      writeFiles(tools, { log: "" });
      const repository = await Repository.open(dir);
      const { tree } = await repository.resolve(await repository.head());
      const files = await repository.files(tree);
      await repository.read(files.map((file) => file.blob));
      expect(readFileSync(join(tools, "log"), "utf8").trim().split("\n")).toHaveLength(4);
      await repository.isDirty();
      expect(readFileSync(join(tools, "log"), "utf8").trim().split("\n")).toHaveLength(6);
    }
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
