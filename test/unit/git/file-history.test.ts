import { join } from "node:path";
import { expect, test } from "vitest";
import { commitsOfFile, namesOfFile } from "../../../src/git/file-history.js";
import { commitFiles, git, repositoryWith } from "../../helpers/git.js";

/** A commit made by hand, with any headers. */
function commitRaw(dir: string, headers: readonly string[], message: string): string {
  const tree = git(dir, ["rev-parse", "HEAD^{tree}"]);
  const parent = git(dir, ["rev-parse", "HEAD~1"]);
  const text = [`tree ${tree}`, `parent ${parent}`, ...headers, "", message].join("\n");
  return git(dir, ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], text);
}

const WHO = ["author A <a@x> 1700000000 +0000", "committer B <b@x> 1700000001 +0200"];

test("the commits that touched a file, newest first, and no others", async () => {
  const dir = repositoryWith({ "a.yaml": "1", "b.yaml": "1" });
  const first = git(dir, ["rev-parse", "HEAD"]);
  commitFiles(dir, { "b.yaml": "2" }, "only b");
  const second = commitFiles(dir, { "a.yaml": "2" }, "a again\n\nand why");
  const gitDir = join(dir, ".git");
  const all = await commitsOfFile(gitDir, ["a.yaml"], null, second);
  expect(all.map(({ commit, subject }) => [commit, subject])).toEqual([
    [second, "a again"],
    [first, "first"],
  ]);
  expect(await commitsOfFile(gitDir, ["a.yaml"], first, second)).toHaveLength(1);
  expect(await commitsOfFile(gitDir, ["a.yaml"], "0".repeat(40), second)).toHaveLength(2);
  // No pattern, but a name.
  expect(await commitsOfFile(gitDir, ["*.yaml"], null, second)).toEqual([]);
  expect(await commitsOfFile(gitDir, [":(top)a.yaml"], null, second)).toEqual([]);
});

test("a file that was moved keeps its commits, and one that resembles another has its own", async () => {
  const dir = repositoryWith({ "a.yaml": "name: a\n", "b.yaml": "name: b\n" });
  const first = git(dir, ["rev-parse", "HEAD"]);
  git(dir, ["mv", "a.yaml", "c.yaml"]);
  const moved = commitFiles(dir, {}, "move");
  git(dir, ["rm", "--quiet", "b.yaml"]);
  const head = commitFiles(dir, { "d.yaml": "name: d\n" }, "another");
  const gitDir = join(dir, ".git");
  expect(await namesOfFile(gitDir, "c.yaml", head)).toEqual(["c.yaml", "a.yaml"]);
  expect(await namesOfFile(gitDir, "d.yaml", head)).toEqual(["d.yaml"]);
  expect(await namesOfFile(gitDir, "*.yaml", head)).toEqual(["*.yaml"]);
  const told = await commitsOfFile(gitDir, ["c.yaml", "a.yaml"], null, head);
  expect(told.map(({ commit }) => commit)).toEqual([moved, first]);
});

test.each([
  [[], "none"],
  [["gpgsig -----BEGIN SSH SIGNATURE-----", " abc", " -----END SSH SIGNATURE-----"], "ssh"],
  [["gpgsig -----BEGIN PGP SIGNATURE-----", " ", " -----END PGP SIGNATURE-----"], "openpgp"],
  [["gpgsig-sha256 -----BEGIN SIGNED MESSAGE-----", " -----END"], "x509"],
  [["gpgsig -----BEGIN SOMETHING ELSE-----", " -----END"], "unknown"],
] as const)("signature %j is %s", async (signature, format) => {
  const dir = repositoryWith({ "a.yaml": "1" });
  commitFiles(dir, { "a.yaml": "2" });
  const commit = commitRaw(dir, [...WHO, ...signature], "gpgsig -----BEGIN PGP SIGNATURE-----");
  const [told] = await commitsOfFile(join(dir, ".git"), ["a.yaml"], null, commit);
  expect(told).toMatchObject({
    commit,
    signature: format,
    author: { name: "A", email: "a@x", at: "2023-11-14T22:13:20Z" },
    committer: { name: "B", email: "b@x", at: "2023-11-14T22:13:21Z" },
  });
});

test("a time that is none is told as none", async () => {
  const dir = repositoryWith({ "a.yaml": "1" });
  commitFiles(dir, { "a.yaml": "2" });
  const commit = commitRaw(dir, ["author nobody", "committer <> 999999999999 +0000"], "odd");
  const [told] = await commitsOfFile(join(dir, ".git"), ["a.yaml"], null, commit);
  expect(told).toMatchObject({ author: { name: "", at: null }, committer: { at: null } });
});

test("what is no id of a commit is refused before git sees it", async () => {
  const dir = repositoryWith({ "a.yaml": "1" });
  await expect(commitsOfFile(join(dir, ".git"), ["a.yaml"], null, "--all")).rejects.toMatchObject({
    code: "bad_ref",
  });
});
