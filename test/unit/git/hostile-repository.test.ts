import { chmodSync, chownSync, existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Repository } from "../../../src/git/repository.js";
import {
  commitFiles,
  git,
  repositoryWith,
  temporaryFolder,
  writeFiles,
} from "../../helpers/git.js";

/** A program that leaves a trace when anything runs it. */
function trap(): { program: string; sprung: () => boolean } {
  const dir = temporaryFolder();
  const program = join(dir, "program");
  writeFiles(dir, { program: `#!/bin/sh\ntouch ${join(dir, "sprung")}\nexit 1\n` });
  chmodSync(program, 0o755);
  return { program, sprung: () => existsSync(join(dir, "sprung")) };
}

/** Everything Concordat does with a repository. */
async function readEverything(dir: string): Promise<void> {
  const repository = await Repository.open(dir);
  const { tree } = await repository.resolve(await repository.head());
  const files = await repository.files(tree);
  await repository.read(files.map((file) => file.blob));
  await repository.isDirty();
}

/** Makes git compare the contents of a file again, as a touched time stamp does. */
function touch(dir: string): void {
  utimesSync(join(dir, "a.yaml"), new Date(0), new Date(0));
}

describe("a repository's configuration", () => {
  test.each([
    ["file system monitor", { "core.fsmonitor": "PROGRAM" }],
    ["filter", { "filter.x.clean": "PROGRAM", "filter.x.required": "true" }],
    ["filter with an odd name", { "filter.a=b.c.clean": "PROGRAM" }],
    ["filter process", { "filter.x.process": "PROGRAM", "filter.a=b.c.process": "PROGRAM" }],
  ])("does not run its %s, which a plain git status does", async (_, settings) => {
    const { program, sprung } = trap();
    const dir = repositoryWith({ "a.yaml": "a: 1\n", ".gitattributes": "*.yaml filter=x\n" });
    commitFiles(dir, { ".gitattributes": "*.yaml filter=x\nb.yaml filter=a=b.c\n", "b.yaml": "" });
    for (const [key, value] of Object.entries(settings)) {
      git(dir, ["config", key, value.replace("PROGRAM", program)]);
    }
    touch(dir);
    utimesSync(join(dir, "b.yaml"), new Date(0), new Date(0));
    await readEverything(dir);
    expect(sprung()).toBe(false);

    try {
      git(dir, ["status"]);
    } catch {
      // A filter process that speaks no protocol fails, after it ran.
    }
    expect(sprung()).toBe(true);
  });

  test("runs no hook, signing, pager, diff or transport program", async () => {
    const { program, sprung } = trap();
    const hooks = temporaryFolder();
    const dir = repositoryWith({ "a.yaml": "a: 1\n", ".gitattributes": "*.yaml diff=x\n" });
    for (const name of readdirSync(join(dir, ".git", "hooks"))) {
      writeFiles(hooks, { [name.replace(/\.sample$/, "")]: `#!/bin/sh\n${program}\n` });
    }
    writeFiles(hooks, { "post-index-change": `#!/bin/sh\n${program}\n` });
    for (const name of readdirSync(hooks)) {
      chmodSync(join(hooks, name), 0o755);
    }
    const settings = {
      "core.hooksPath": hooks,
      "core.pager": program,
      "core.sshCommand": program,
      "core.editor": program,
      "diff.external": program,
      "diff.x.textconv": program,
      "gpg.program": program,
      "gpg.ssh.program": program,
      "log.showSignature": "true",
      "alias.status": `!${program}`,
    };
    for (const [key, value] of Object.entries(settings)) {
      git(dir, ["config", key, value]);
    }
    touch(dir);
    await readEverything(dir);
    expect(sprung()).toBe(false);
    git(dir, ["status"]);
    expect(sprung()).toBe(true);
  });

  test("is not asked for by a submodule either", async () => {
    const { program, sprung } = trap();
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    writeFiles(dir, { "module/b.yaml": "b: 1\n" });
    const module = join(dir, "module");
    git(module, ["init", "--quiet"]);
    commitFiles(module, {});
    commitFiles(dir, {});
    expect(git(dir, ["ls-tree", "HEAD", "module"])).toMatch(/^160000 /);
    git(module, ["config", "core.fsmonitor", program]);
    const repository = await Repository.open(dir);
    expect(await repository.isDirty()).toBe(false);
    expect(sprung()).toBe(false);
    git(dir, ["status"]);
    expect(sprung()).toBe(true);
  });

  test("that git itself refuses is a clear error", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    git(dir, ["config", "extensions.unheardOf", "true"]);
    git(dir, ["config", "core.repositoryFormatVersion", "1"]);
    await expect(Repository.open(dir)).rejects.toMatchObject({
      code: "git_failed",
      message: expect.stringContaining("unknown repository extension"),
    });
  });

  test("fetches no missing object of a partial clone", async () => {
    const { program, sprung } = trap();
    const source = repositoryWith({ "a.yaml": "a: 1\n" });
    git(source, ["config", "uploadpack.allowFilter", "true"]);
    const dir = join(temporaryFolder(), "partial");
    git(source, [
      "clone",
      "--quiet",
      "--no-checkout",
      "--filter=blob:none",
      `file://${source}`,
      dir,
    ]);
    git(dir, ["config", "remote.origin.uploadpack", program]);
    const blob = git(dir, ["rev-parse", "HEAD:a.yaml"]);
    const repository = await Repository.open(dir);
    await expect(repository.read([blob])).rejects.toMatchObject({ code: "git_failed" });
    await expect(readEverything(dir)).rejects.toMatchObject({ code: "git_failed" });
    expect(sprung()).toBe(false);

    expect(() => git(dir, ["cat-file", "blob", blob])).toThrow("Command failed");
    expect(sprung()).toBe(true);
  });
});

test("a replacement of a tree is ignored", async () => {
  const dir = repositoryWith({ "a.yaml": "state: revoked\n" });
  const signed = git(dir, ["rev-parse", "HEAD"]);
  const other = commitFiles(dir, { "a.yaml": "state: active\n" });
  git(dir, ["reset", "--quiet", "--hard", signed]);
  git(dir, ["replace", signed, other]);
  expect(git(dir, ["show", "HEAD:a.yaml"])).toBe("state: active");

  const repository = await Repository.open(dir);
  const { commit, tree } = await repository.resolve("main");
  const [file] = await repository.files(tree);
  const contents = await repository.read([file?.blob ?? ""]);
  expect(commit).toBe(signed);
  expect(Buffer.from(contents.get(file?.blob ?? "") ?? []).toString()).toBe("state: revoked\n");
});

test.skipIf(process.getuid?.() !== 0)(
  "another owner's repository is refused until the user trusts it",
  async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    chownSync(dir, 12345, 12345);
    chownSync(join(dir, ".git"), 12345, 12345);
    const home = temporaryFolder();
    writeFiles(home, { ".gitconfig": "" });
    vi.stubEnv("HOME", home);
    vi.stubEnv("GIT_CONFIG_GLOBAL", undefined);
    vi.stubEnv("XDG_CONFIG_HOME", undefined);
    await expect(Repository.open(dir)).rejects.toMatchObject({
      code: "git_failed",
      message: expect.stringContaining("another user"),
    });
    writeFiles(home, { ".gitconfig": `[safe]\n\tdirectory = ${dir}\n` });
    expect(await (await Repository.open(dir)).head()).toBe("main");
    writeFiles(home, { ".gitconfig": `[safe]\n\tdirectory = ${dir}\n\tdirectory =\n` });
    await expect(Repository.open(dir)).rejects.toMatchObject({ code: "git_failed" });
  },
);

describe("the environment of the process", () => {
  beforeEach(() => {
    vi.stubEnv("GIT_DIR", "/dev/null");
    vi.stubEnv("GIT_CONFIG_COUNT", "1");
    vi.stubEnv("GIT_CONFIG_KEY_0", "core.fsmonitor");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("does not reach git", async () => {
    const { program, sprung } = trap();
    vi.stubEnv("GIT_CONFIG_VALUE_0", program);
    vi.stubEnv("GIT_EXTERNAL_DIFF", program);
    await readEverything(repositoryWith({ "a.yaml": "a: 1\n" }));
    expect(sprung()).toBe(false);
  });

  test("without git in it gives a clear error", async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    vi.stubEnv("PATH", temporaryFolder());
    await expect(Repository.open(dir)).rejects.toMatchObject({
      code: "git_failed",
      hint: expect.stringContaining("install git"),
    });
  });
});
