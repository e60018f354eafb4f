/** Branches that tools write: nothing but a ref and its objects come to be. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeBranch, type BranchRequest } from "../../../src/git/write-branch.js";
import { git, repositoryWith } from "../../helpers/git.js";

function repository(): { dir: string; request: BranchRequest } {
  const dir = repositoryWith({ "a.yaml": "a\n", "b/c.yaml": "c\n" });
  const base = git(dir, ["rev-parse", "HEAD"]);
  const files = new Map([
    ["a.yaml", "changed\n"],
    ["b/c.yaml", null],
    ["d/e f.yaml", "é\r\n"],
  ]);
  return { dir, request: { base, branch: "incident/one", files, message: "Say why\n" } };
}

test("files are changed, removed and added, as one commit over the base", async () => {
  const { dir, request } = repository();
  const { branch, commit } = await writeBranch(dir, request);
  expect(branch).toBe("incident/one");
  expect(git(dir, ["rev-parse", "incident/one", "incident/one^"])).toBe(
    `${commit}\n${request.base}`,
  );
  expect(git(dir, ["ls-tree", "-r", "--name-only", commit])).toBe("a.yaml\nd/e f.yaml");
  expect(git(dir, ["cat-file", "-p", `${commit}:a.yaml`])).toBe("changed");
  expect(git(dir, ["cat-file", "-s", `${commit}:d/e f.yaml`])).toBe("4");
  expect(git(dir, ["log", "-1", "--format=%B", commit])).toBe("Say why");
});

test("work tree, index and HEAD stay as they are, whatever is in them", async () => {
  const { dir, request } = repository();
  writeFileSync(join(dir, "a.yaml"), "edited by somebody\n");
  writeFileSync(join(dir, "staged.yaml"), "staged\n");
  git(dir, ["add", "staged.yaml"]);
  const index = readFileSync(join(dir, ".git/index"));
  await writeBranch(dir, request);
  expect(readFileSync(join(dir, ".git/index"))).toEqual(index);
  expect(readFileSync(join(dir, "a.yaml"), "utf8")).toBe("edited by somebody\n");
  expect(git(dir, ["rev-parse", "HEAD"])).toBe(request.base);
  expect(git(dir, ["symbolic-ref", "HEAD"])).toBe("refs/heads/main");
});

test("the same files over the same base are the same branch", async () => {
  const { dir, request } = repository();
  const first = await writeBranch(dir, request);
  expect(await writeBranch(dir, request)).toEqual(first);
  expect(git(dir, ["for-each-ref", "--format=%(refname)", "refs/heads"]).split("\n")).toHaveLength(
    2,
  );
});

test("a branch of that name with other files stays, and the new one gets a number", async () => {
  const { dir, request } = repository();
  const first = await writeBranch(dir, request);
  const second = await writeBranch(dir, { ...request, files: new Map([["a.yaml", "else\n"]]) });
  expect(second.branch).toBe("incident/one-2");
  expect(git(dir, ["rev-parse", "incident/one"])).toBe(first.commit);
});

test("filters, hooks and signing that the repository configures do not run", async () => {
  const { dir, request } = repository();
  git(dir, ["config", "filter.evil.clean", "false"]);
  git(dir, ["config", "filter.evil.required", "true"]);
  git(dir, ["config", "commit.gpgSign", "true"]);
  git(dir, ["config", "gpg.program", "false"]);
  const files = new Map([...request.files, [".gitattributes", "* filter=evil\n"]]);
  const { commit } = await writeBranch(dir, { ...request, files });
  expect(git(dir, ["cat-file", "-p", `${commit}:a.yaml`])).toBe("changed");
});

test("a base that is not there is refused, and no branch is left", async () => {
  const { dir, request } = repository();
  const base = "1".repeat(request.base.length);
  await expect(writeBranch(dir, { ...request, base })).rejects.toThrow(/git .* failed/);
  expect(git(dir, ["branch", "--list", "incident/*"])).toBe("");
});
