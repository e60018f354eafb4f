import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { AUTHORITY, compileFiles, compileOnly, compileWith, faultsOf, yaml } from "./trust-tree.js";
import type { Changes, Content } from "./trust-tree.js";

const TREATY = yaml(
  "RecognitionTreaty",
  "another",
  "subject: globex\nscope:\n  allowedRoles: [role:client]\n",
);

function faults(changes: Changes): readonly string[] {
  return faultsOf(compileWith(changes)).map((fault) => fault.replace(":1:1 ", " "));
}

test.each<[what: string, path: string, content: Content, faults: readonly string[]]>([
  [
    "a symbolic link",
    "treaties/link.yaml",
    { mode: "120000", text: "/etc/passwd" },
    ["treaties/link.yaml bad_mode"],
  ],
  [
    "a link among the notes",
    "docs/link.md",
    { mode: "120000", text: "../README.md" },
    ["docs/link.md bad_mode"],
  ],
  ["a submodule", "treaties/theirs", { mode: "160000", text: "" }, ["treaties/theirs submodule"]],
  [".gitmodules", ".gitmodules", "", [".gitmodules submodule"]],
  [".gitmodules in another case", "docs/.GitModules", "", ["docs/.GitModules submodule"]],
  [
    "an executable file",
    "treaties/x.yaml",
    { mode: "100755", text: TREATY },
    ["treaties/x.yaml executable_file"],
  ],
  ["a part that is ..", "treaties/../x.yaml", TREATY, ["treaties/../x.yaml bad_name"]],
  ["a part that is .", "treaties/./x.yaml", TREATY, ["treaties/./x.yaml bad_name"]],
  ["an empty part", "treaties//x.yaml", TREATY, ["treaties//x.yaml bad_name"]],
  [".git", "docs/.git/config.md", "", ["docs/.git/config.md bad_name"]],
  [".GIT", ".GIT/config", "", [".GIT/config bad_name"]],
  ["git~1", "docs/git~1/x.md", "", ["docs/git~1/x.md bad_name"]],
  [".git with a dot", "docs/.git./x.md", "", ["docs/.git./x.md bad_name"]],
  [
    ".git as a stream",
    "docs/.git::$INDEX_ALLOCATION/x.md",
    "",
    ["docs/.git::$INDEX_ALLOCATION/x.md bad_name"],
  ],
  ["a backslash", "docs/a\\b.md", "", ["docs/a\\b.md bad_name"]],
  ["a line feed", "docs/a\nb.md", "", ["docs/a\\u{a}b.md bad_name"]],
  ["an escape sequence", "docs/\u001b[2J.md", "", ["docs/\\u{1b}[2J.md bad_name"]],
  ["a zero width joiner", "docs/.g\u200dit/x.md", "", ["docs/.g\\u{200d}it/x.md bad_name"]],
  ["a space at the end", "docs/x.md /y.md", "", ["docs/x.md /y.md bad_name"]],
  ["an unknown file", "notes.txt", "", ["notes.txt unknown_file"]],
  ["an extension in capitals", "treaties/x.YAML", TREATY, ["treaties/x.YAML unknown_file"]],
  [
    "a program",
    "treaties/run.sh",
    { mode: "100755", text: "" },
    ["treaties/run.sh executable_file", "treaties/run.sh unknown_file"],
  ],
  ["a folder of another program", "src/main.c", "", ["src unknown_directory"]],
  ["a folder that is nearly right", "treaty/x.yaml", TREATY, ["treaty unknown_directory"]],
  [
    "a document nobody refers to",
    "documents/old.json",
    "{}",
    ["documents/old.json unreferenced_document"],
  ],
  ["a name over 128 bytes", `docs/${"ü".repeat(65)}.md`, "", [`docs/${"ü".repeat(65)}.md limit`]],
  ["nine folders", "docs/1/2/3/4/5/6/7/8/x.md", "", ["docs/1/2/3/4/5/6/7/8/x.md limit"]],
  ["a file over 256 KiB", "docs/x.md", " ".repeat(262_145), ["docs/x.md limit"]],
])("%s is reported", (_, path, content, expected) => {
  expect(faults({ [path]: content })).toEqual(expected);
});

test.each([
  "docs/guide.md",
  "docs/CODEOWNERS",
  "LICENSE",
  "LICENSE.txt",
  ".gitignore",
  ".github/workflows/check.yaml",
  ".schemas/resource.schema.json",
  "treaties/.draft.yaml",
  "concordat.config.yaml",
  "docs/1/2/3/4/5/6/7/x.md",
  `docs/${"x".repeat(125)}.md`,
  "docs/größe.md",
])("%s is let through and not read as a resource", (path) => {
  expect(faults({ [path]: "this: is not a resource\n" })).toEqual([]);
});

test("a resource is one whatever its name begins with", () => {
  expect(faults({ "policies/LICENSE-x.yaml": "a: 1\n" })).toEqual([
    "policies/LICENSE-x.yaml missing_field",
  ]);
});

test("settings count only at the root", () => {
  expect(faults({ "policies/concordat.config.yaml": "a: 1\n" })).toEqual([
    "policies/concordat.config.yaml missing_field",
  ]);
});

test.each([
  ["case", "treaties/Twin.yaml", "treaties/twin.yaml", "treaties/twin.yaml"],
  ["a folder's case", "docs/A/1.md", "docs/a/2.md", "docs/a"],
  ["Unicode form", "docs/\u00e9.md", "docs/e\u0301.md", "docs/e\u0301.md"],
  ["the long s", "docs/s.md", "docs/\u017f.md", "docs/\u017f.md"],
  ["the sharp s", "docs/ss.md", "docs/\u00df.md", "docs/\u00df.md"],
])("paths that differ in %s only are ambiguous", (_, first, second, reported) => {
  const found = faults({ [first]: "# note", [second]: "# note" }).filter((fault) =>
    fault.endsWith("ambiguous_path"),
  );
  expect(found).toEqual([`${reported} ambiguous_path`]);
});

test("folders that are twins are reported once, not file by file", () => {
  const found = faults({ "docs/A/1.md": "", "docs/a/2.md": "", "docs/a/3.md": "" });
  expect(found).toEqual(["docs/a ambiguous_path"]);
});

test("a path that stands twice is ambiguous", () => {
  const content = yaml("Authority", "acme", AUTHORITY);
  const twice = [
    { path: "authority.yaml", content },
    { path: "authority.yaml", content: "a: 1\n" },
  ];
  expect(compileFiles(twice).diagnostics.map(({ code }) => code)).toContain("ambiguous_path");
});

test("many folders that are unknown are reported once each, not file by file", () => {
  const changes = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`src/${index}.c`, ""]),
  );
  expect(faults(changes)).toEqual(["src unknown_directory"]);
});

test("a tree over a limit is refused whole, and nothing of it is read", () => {
  const read = (): never => {
    throw new Error("a file was read");
  };
  for (const limits of [
    { ...DEFAULT_LIMITS, files: 5 },
    { ...DEFAULT_LIMITS, totalBytes: 500 },
  ]) {
    const { diagnostics, desired } = compileWith({}, { limits, cached: read });
    expect(diagnostics.map(({ code, file }) => `${file} ${code}`)).toEqual([". limit"]);
    expect(desired).toBeNull();
  }
});

test("a tree without a resource never means remove all", () => {
  expect(faultsOf(compileOnly({}))).toEqual([".:1:1 empty_desired_state"]);
  expect(faultsOf(compileOnly({ "README.md": "# nothing yet" }))).toEqual([
    ".:1:1 empty_desired_state",
  ]);
  expect(compileOnly({}).desired).toBeNull();
});

test("when a resource file is refused, what it may have held is not reported as missing", () => {
  expect(faults({ "sovereigns/globex.yaml": { mode: "120000", text: "x" } })).toEqual([
    "sovereigns/globex.yaml bad_mode",
  ]);
  const { diagnostics, desired } = compileOnly({ "authority.yaml": { mode: "120000", text: "x" } });
  expect(diagnostics.map(({ code }) => code)).toEqual(["bad_mode"]);
  expect(desired).toBeNull();
});
