import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Source } from "../../../src/git/source.js";
import { following } from "../../helpers/following.js";
import {
  commitFiles,
  git,
  repositoryWith,
  temporaryFolder,
  writeFiles,
} from "../../helpers/git.js";
import { CAN_SERVE_HTTPS, publishedRepository, startGitRemote } from "../../helpers/git-remote.js";

async function mirrored() {
  const published = publishedRepository({ "a.yaml": "a: 1\n" });
  const remote = await startGitRemote(published.bare);
  const mirror = join(temporaryFolder(), "mirror");
  const source = await following(remote, { mirror });
  const head = await source.head();
  return { published, remote, mirror, source, head };
}

async function readEverything(source: Source): Promise<string> {
  const head = await source.head();
  const files = await source.files(head.tree);
  const blobs = await source.read(files.map((file) => file.blob));
  await source.isAncestor(head.commit, head.commit);
  return [...blobs.values()].map((bytes) => Buffer.from(bytes).toString()).join("");
}

function all(mirror: string): readonly string[] {
  return readdirSync(mirror, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(mirror.length + 1))
    .filter((path) => !/^objects\/pack\/pack-[0-9a-f]+\.(?:pack|idx|rev)$/.test(path))
    .toSorted();
}

describe.skipIf(!CAN_SERVE_HTTPS)("the mirror (needs openssl and git's http-backend)", () => {
  test("holds one ref and nothing else, for its owner alone", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    git(published.dir, ["tag", "v1"]);
    git(published.dir, ["replace", "HEAD", commitFiles(published.dir, { "a.yaml": "a: 2\n" })]);
    git(published.dir, ["push", "--quiet", published.bare, "v1", "refs/replace/*", "HEAD:side"]);
    const mirror = join(temporaryFolder(), "deep", "er");
    const source = await following(await startGitRemote(published.bare), { mirror });
    expect(await readEverything(source)).toBe("a: 1\n");
    expect(all(mirror)).toEqual(["HEAD", "concordat-mirror", "config", "refs/incoming/head"]);
    expect(statSync(mirror).mode & 0o777).toBe(0o700);
  });

  test("loses what was planted in it, and none of it runs", async () => {
    const { published, mirror, source, head } = await mirrored();
    const trap = join(temporaryFolder(), "trap");
    const program = `${trap}.sh`;
    writeFileSync(program, `#!/bin/sh\ntouch ${trap}\nexit 1\n`);
    chmodSync(program, 0o755);
    const run = `#!/bin/sh\n${program}\n`;
    const hooks = ["reference-transaction", "post-merge", "post-checkout", "pre-auto-gc"];
    writeFiles(mirror, {
      ...Object.fromEntries(hooks.map((name) => [`hooks/${name}`, run])),
      config: `[core]
	bare = true
	repositoryFormatVersion = 1
	fsmonitor = ${program}
	sshCommand = ${program}
	askPass = ${program}
	gitProxy = ${program}
	hooksPath = ${join(mirror, "hooks")}
[extensions]
	worktreeConfig = true
	partialClone = origin
[gpg "ssh"]
	program = ${program}
[credential]
	helper = ${program}
[url "ext::${program}"]
	insteadOf = https://
[http]
	sslVerify = false
	proxy = http://127.0.0.1:9
`,
      "config.worktree": `[core]\n\tfsmonitor = ${program}\n`,
      "info/attributes": "*.yaml filter=x\n",
      FETCH_HEAD: "x\n",
      "packed-refs": `${"0".repeat(40)} refs/heads/other\n`,
      "logs/HEAD": "x\n",
    });
    for (const name of hooks) chmodSync(join(mirror, "hooks", name), 0o755);
    expect(() => git(mirror, ["update-ref", "refs/heads/x", head.commit])).toThrow(
      "Command failed",
    );
    expect(existsSync(trap)).toBe(true);
    rmSync(trap);
    const commit = published.push({ "a.yaml": "a: 2\n" });
    expect((await source.head()).commit).toBe(commit);
    expect(await readEverything(source)).toBe("a: 2\n");
    expect(existsSync(trap)).toBe(false);
    expect(all(mirror)).toEqual(["HEAD", "concordat-mirror", "config", "refs/incoming/head"]);
    expect(readFileSync(join(mirror, "config"), "utf8")).not.toContain(program);
  });

  test("takes no replacement that was planted in it", async () => {
    const { mirror, source, head } = await mirrored();
    const other = repositoryWith({ "a.yaml": "a: forged\n" });
    const forged = git(other, ["rev-parse", "HEAD"]);
    git(other, ["push", "--quiet", mirror, `HEAD:refs/replace/${head.commit}`]);
    expect(git(mirror, ["show", `${head.commit}:a.yaml`])).toBe("a: forged");
    expect(await readEverything(source)).toBe("a: 1\n");
    expect(await source.isAncestor(forged, head.commit)).toBe(false);
    expect(git(mirror, ["for-each-ref", "--format=%(refname)"])).toBe("refs/incoming/head");
  });

  test.each([
    ["a shallow boundary", "shallow", (id: string) => `${id}\n`],
    ["grafts", "info/grafts", (id: string) => `${id}\n`],
    ["alternates", "objects/info/alternates", () => "/nowhere/objects\n"],
    ["another common folder", "commondir", () => "../elsewhere\n"],
  ])("is made anew when %s is planted in it", async (_, path, content) => {
    const { published, mirror, source, head } = await mirrored();
    const commit = published.push({ "a.yaml": "a: 2\n" });
    await source.head();
    writeFiles(mirror, { [path]: content(commit), "objects/aa/planted": "" });
    expect((await source.head()).commit).toBe(commit);
    expect(existsSync(join(mirror, path))).toBe(false);
    expect(existsSync(join(mirror, "objects/aa"))).toBe(false);
    expect(await source.isAncestor(head.commit, commit)).toBe(true);
  });

  test("is made anew when a link leads out of it", async () => {
    const { mirror, source } = await mirrored();
    const elsewhere = temporaryFolder();
    writeFiles(elsewhere, { kept: "" });
    rmSync(join(mirror, "objects"), { recursive: true });
    symlinkSync(elsewhere, join(mirror, "objects"));
    expect(await readEverything(source)).toBe("a: 1\n");
    expect(existsSync(join(elsewhere, "kept"))).toBe(true);
  });

  test.each([
    ["no objects", (mirror: string) => rmSync(join(mirror, "objects"), { recursive: true })],
    ["a ref to nowhere", (mirror: string) => plantRef(mirror, `${"1".repeat(40)}\n`)],
    ["a ref that is none", (mirror: string) => plantRef(mirror, "ref: refs/heads/x\n")],
    ["no HEAD", (mirror: string) => rmSync(join(mirror, "HEAD"))],
    ["no pack, only its index", (mirror: string) => rmSync(packOf(mirror))],
    ["a cut pack", (mirror: string) => cut(packOf(mirror))],
    ["an empty mark", (mirror: string) => writeFileSync(join(mirror, "concordat-mirror"), "")],
    ["only its mark", (mirror: string) => onlyMark(mirror)],
  ])("recovers from %s, also when there is nothing new", async (_, damage) => {
    const { mirror, source } = await mirrored();
    damage(mirror);
    // What only reading finds, the fetch after it repairs.
    await readEverything(source).catch(() => "");
    expect(await readEverything(source)).toBe("a: 1\n");
  });

  test("is made anew for another remote", async () => {
    const { mirror, head } = await mirrored();
    const other = publishedRepository({ "b.yaml": "b: 1\n" });
    const source = await following(await startGitRemote(other.bare), { mirror });
    expect(await readEverything(source)).toBe("b: 1\n");
    expect(await source.isAncestor(head.commit, (await source.head()).commit)).toBe(false);
    expect(() => git(mirror, ["cat-file", "-e", head.commit])).toThrow("Command failed");
  });

  test("stays as it is where there is no git", async () => {
    const { mirror, source, head } = await mirrored();
    const tools = temporaryFolder();
    symlinkSync(execFileSync("sh", ["-c", "command -v sh"]).toString().trim(), join(tools, "sh"));
    vi.stubEnv("PATH", tools);
    try {
      await expect(source.head()).rejects.toMatchObject({ code: "git_failed" });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(git(mirror, ["rev-parse", "refs/incoming/head"])).toBe(head.commit);
  });

  test("is never made of a folder that holds something else", async () => {
    const { remote } = await mirrored();
    const mirror = repositoryWith({ "a.yaml": "mine\n" });
    const link = join(temporaryFolder(), "link");
    symlinkSync(temporaryFolder(), link);
    for (const path of [mirror, link, join(mirror, "a.yaml")]) {
      const source = await following(remote, { mirror: path });
      await expect(source.head()).rejects.toMatchObject({ code: "unwritable_file" });
    }
    expect(readFileSync(join(mirror, "a.yaml"), "utf8")).toBe("mine\n");
  });

  test("refuses a history with a name that leads out of its folder", async () => {
    const { published, source } = await mirrored();
    const blob = git(published.dir, ["hash-object", "-w", "--stdin"], "x");
    const entry = Buffer.concat([Buffer.from("100644 ..\0"), Buffer.from(blob, "hex")]);
    const tree = git(
      published.dir,
      ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
      entry,
    );
    const commit = git(published.dir, ["commit-tree", "-m", "x", "-p", "HEAD", tree]);
    git(published.dir, ["push", "--quiet", published.bare, `${commit}:main`]);
    await expect(source.head()).rejects.toMatchObject({
      code: "bad_tree",
      message: expect.stringContaining("hasDotdot"),
    });
  });
});

function plantRef(mirror: string, text: string): void {
  writeFileSync(join(mirror, "refs/incoming/head"), text);
}

function packOf(mirror: string): string {
  const dir = join(mirror, "objects/pack");
  return join(dir, readdirSync(dir).find((name) => name.endsWith(".pack")) ?? "");
}

function cut(pack: string): void {
  chmodSync(pack, 0o600);
  truncateSync(pack, 40);
}

function onlyMark(mirror: string): void {
  for (const name of readdirSync(mirror)) {
    if (name !== "concordat-mirror") rmSync(join(mirror, name), { recursive: true });
  }
}
