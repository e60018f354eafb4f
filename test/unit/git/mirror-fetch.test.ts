import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSource, type Source } from "../../../src/git/source.js";
import { following } from "../../helpers/following.js";
import { git, temporaryFolder } from "../../helpers/git.js";
import { CAN_SERVE_HTTPS, publishedRepository, startGitRemote } from "../../helpers/git-remote.js";

async function contents(source: Source): Promise<Record<string, string>> {
  const files = await source.files((await source.head()).tree);
  const blobs = await source.read(files.map((file) => file.blob));
  return Object.fromEntries(
    files.map(({ path, blob }) => [path, Buffer.from(blobs.get(blob) ?? []).toString()]),
  );
}

describe.skipIf(!CAN_SERVE_HTTPS)("over https (needs openssl and git's http-backend)", () => {
  test("fetches the branch, and then what is new", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const first = git(published.dir, ["rev-parse", "HEAD"]);
    const source = await following(await startGitRemote(published.bare));
    expect(await source.head()).toEqual({
      commit: first,
      tree: git(published.dir, ["rev-parse", "HEAD^{tree}"]),
      ref: "main",
    });
    const second = published.push({ "b.yaml": "b: 1\n" });
    expect((await source.head()).commit).toBe(second);
    expect((await source.head()).commit).toBe(second);
    expect(await contents(source)).toEqual({ "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
    expect(await source.isAncestor(first, second)).toBe(true);
    expect(await source.isAncestor(second, second)).toBe(true);
    expect(await source.isAncestor(second, first)).toBe(false);
  });

  test("asks for what is missing only", async () => {
    const noise = () => Array.from({ length: 20_000 }, () => Math.random()).join("\n");
    const published = publishedRepository({ "a.yaml": noise() });
    const remote = await startGitRemote(published.bare);
    const source = await following(remote);
    await source.head();
    const before = remote.sent();
    expect(before).toBeGreaterThan(100_000);
    published.push({ "b.yaml": "b: 1\n" });
    await source.head();
    expect(remote.sent() - before).toBeLessThan(10_000);
  });

  test("shows a rewritten history as no descendant", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await following(await startGitRemote(published.bare));
    const trusted = published.push({ "a.yaml": "a: 2\n" });
    await source.head();
    git(published.dir, ["reset", "--quiet", "--hard", "HEAD^"]);
    const rewritten = published.push({ "a.yaml": "a: 3\n" });
    const head = await source.head();
    expect(head.commit).toBe(rewritten);
    expect(await source.isAncestor(trusted, head.commit)).toBe(false);
    expect(await source.isAncestor("0".repeat(40), head.commit)).toBe(false);
    await expect(source.isAncestor("HEAD", head.commit)).rejects.toMatchObject({ code: "bad_ref" });
  });

  test("follows the branch that the remote's HEAD names when none is given", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(published.bare);
    const source = await following(remote, { ref: null });
    expect((await source.head()).ref).toBe("main");
    git(published.dir, ["checkout", "--quiet", "-b", "release/1"]);
    const commit = published.push({ "a.yaml": "a: 2\n" });
    git(published.bare, ["symbolic-ref", "HEAD", "refs/heads/release/1"]);
    expect(await source.head()).toMatchObject({ commit, ref: "release/1" });
    git(published.bare, ["symbolic-ref", "HEAD", "refs/heads/gone"]);
    await expect(source.head()).rejects.toMatchObject({ code: "bad_ref" });
  });

  test("a branch that is gone keeps what was fetched", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await following(await startGitRemote(published.bare));
    const { commit, tree } = await source.head();
    git(published.bare, ["branch", "side", "main"]);
    git(published.bare, ["update-ref", "-d", "refs/heads/main"]);
    await expect(source.head()).rejects.toMatchObject({
      code: "bad_ref",
      message: expect.stringContaining("no branch main"),
    });
    expect(await source.files(tree)).toHaveLength(1);
    expect(await source.isAncestor(commit, commit)).toBe(true);
  });

  test.each([null, "main"])("a repository without a commit is empty, asked for %s", async (ref) => {
    const bare = join(temporaryFolder(), "trust.git");
    mkdirSync(bare);
    git(bare, ["init", "--quiet", "--bare", "--initial-branch=main"]);
    const source = await following(await startGitRemote(bare), { ref });
    await expect(source.head()).rejects.toMatchObject({ code: "empty_repository" });
  });

  test("a repository that became empty keeps what was fetched", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await following(await startGitRemote(published.bare));
    const { tree } = await source.head();
    git(published.bare, ["update-ref", "-d", "refs/heads/main"]);
    await expect(source.head()).rejects.toMatchObject({ code: "empty_repository" });
    expect(await source.files(tree)).toHaveLength(1);
  });

  test("a remote that is down is unreachable, and then is not", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(published.bare);
    const mirror = join(temporaryFolder(), "mirror");
    const source = await following(remote, { mirror });
    const { tree } = await source.head();
    remote.behave({ garbage: true });
    await expect(source.head()).rejects.toMatchObject({ code: "source_unreachable" });
    remote.behave({ garbage: false });
    await source.head();
    await remote.close();
    await expect(source.head()).rejects.toMatchObject({ code: "source_unreachable" });
    expect(await source.files(tree)).toHaveLength(1);
  });

  test("a repository that is not there is unreachable", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(published.bare);
    const source = await following(remote);
    await source.head();
    rmSync(published.bare, { recursive: true });
    await expect(source.head()).rejects.toMatchObject({ code: "source_unreachable" });
  });

  test("takes a repository with SHA-256 ids, and the change to one", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await following(await startGitRemote(published.bare));
    await source.head();
    const other = temporaryFolder();
    git(other, ["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
    git(other, ["commit", "--quiet", "--allow-empty", "--message=first"]);
    rmSync(published.bare, { recursive: true });
    git(other, ["clone", "--quiet", "--bare", other, published.bare]);
    expect((await source.head()).commit).toHaveLength(64);
    git(other, ["commit", "--quiet", "--allow-empty", "--message=second"]);
    git(other, ["push", "--quiet", published.bare, "main"]);
    expect((await source.head()).commit).toBe(git(other, ["rev-parse", "HEAD"]));
  });

  test("answers those that ask at once one after the other, and nobody once stopped", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await following(await startGitRemote(published.bare));
    const heads = await Promise.all([source.head(), source.head(), source.head()]);
    expect(new Set(heads.map((head) => head.commit)).size).toBe(1);
    await source.stop();
    await expect(source.head()).rejects.toMatchObject({ code: "source_unreachable" });
  });
});

test.each(["v1/", "a//b", "a.lock", "a/.b", "refs/tags/v1", "0".repeat(40), "-u", "a..b", "x@{1}"])(
  "refuses to follow %s of a remote",
  async (ref) => {
    const mirror = join(temporaryFolder(), "mirror");
    const opening = openSource({ repo: "https://localhost/a", ref, mirror });
    await expect(opening).rejects.toMatchObject({ code: "bad_ref" });
  },
);
