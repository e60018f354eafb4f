import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Repository } from "../../../src/git/repository.js";
import { git, repositoryWith, writeFiles } from "../../helpers/git.js";

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
