import { expect, test } from "vitest";
import { DIAGNOSTICS } from "../../../src/desired/diagnostic-codes.js";
import { validationFailed } from "../../../src/desired/validation-failed.js";
import type { Resource } from "../../../src/model/resources.js";
import { runTypeScript } from "./run-typescript.js";
import { COMMIT, compileWith, faultsOf, GLOBEX, OPERATOR, TREE, yaml } from "./trust-tree.js";

test("a tree with one resource of every kind compiles without a word", () => {
  const { desired, diagnostics, parsed } = compileWith();
  expect(diagnostics).toEqual([]);
  expect(desired).toMatchObject({ commit: COMMIT, tree: TREE });
  const counts = [
    desired?.operatorKeys,
    desired?.sovereigns,
    desired?.treaties,
    desired?.attestations,
    desired?.revocations,
    desired?.feeds,
  ];
  expect(counts.map((list) => list?.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(desired?.policy).not.toBeNull();
  expect([...parsed.values()].flat()).toHaveLength(8);
});

test("all faults of all files are found in one run, by file and position", () => {
  const result = compileWith({
    "treaties/globex.yaml": yaml(
      "RecognitionTreaty",
      "globex",
      "subject: nobody\nscope: {allowedRoles: no}\nmore: 1\n",
    ),
    "sovereigns/globex.yaml": yaml("Sovereign", "globex", GLOBEX.replace("GLOBEX", "two words")),
    "operators/root.yaml": "kind: OperatorKey\nspec: [\n",
    "notes.txt": "",
    "policies/bad.yaml": "# nothing\n",
  });
  expect(faultsOf(result)).toEqual([
    "notes.txt:1:1 unknown_file",
    "operators/root.yaml:3:1 yaml_syntax",
    "policies/bad.yaml:1:1 empty_document",
    "sovereigns/globex.yaml:6:16 bad_format",
    "treaties/globex.yaml:7:25 ambiguous_scalar",
    "treaties/globex.yaml:8:3 unknown_field",
  ]);
  expect(result.desired).toBeNull();
});

test("a tree with a great many faults is not read to its end, and changes nothing", () => {
  const faulty = `a: [${"~, ".repeat(120)}]\n`;
  const changes = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [`policies/${index}.yaml`, faulty]),
  );
  const { diagnostics, desired } = compileWith(changes);
  expect(diagnostics.length).toBeLessThan(10_200);
  expect(faultsOf({ diagnostics })[0]).toBe(".:1:1 too_many_faults");
  expect(desired).toBeNull();
});

test("files without faults may be cached even when others have some", () => {
  const { parsed } = compileWith({ "treaties/globex.yaml": "a: 1\n" });
  expect([...parsed.values()].flat().map(({ kind }) => kind)).not.toContain("RecognitionTreaty");
  expect(parsed.size).toBe(7);
});

function recompile(
  stored: ReadonlyMap<string, readonly Resource[]>,
  ...args: Parameters<typeof compileWith>
): ReturnType<typeof compileWith> {
  const [changes, options] = args;
  return compileWith(changes, { ...options, cached: (blob) => stored.get(blob) });
}

test("cached resources give the same desired state, and are not parsed again", () => {
  const fresh = compileWith();
  const cached = recompile(fresh.parsed);
  expect(cached.desired).toEqual(fresh.desired);
  expect(cached.parsed.size).toBe(0);
  // As they come back from a store.
  const stored: unknown = JSON.parse(JSON.stringify([...fresh.parsed]));
  expect(stored).toEqual([...fresh.parsed]);
});

test("a cached resource stands where its file stands in this tree", () => {
  const { parsed } = compileWith();
  const moved = recompile(parsed, {
    "treaties/globex.yaml": null,
    "treaties/2026/new.yaml": yaml(
      "RecognitionTreaty",
      "globex",
      "subject: globex\nscope:\n  allowedRoles: [role:client]\n",
    ),
  });
  expect(moved.parsed.size).toBe(0);
  expect(moved.desired?.treaties[0]?.source.file).toBe("treaties/2026/new.yaml");
});

test("a fault between cached resources has its place, and its line when the file can be read", () => {
  const { parsed } = compileWith();
  const again = recompile(parsed, {
    "sovereigns/globex.yaml": null,
    "feeds/globex.yaml": null,
    "policies/local.yaml": null,
    "documents/globex-1.json": null,
  });
  expect(again.diagnostics).toMatchObject([
    {
      file: "treaties/globex.yaml",
      line: 6,
      column: 12,
      code: "unknown_reference",
      excerpt: "  subject: globex",
    },
  ]);
});

test("an empty entry of a cache is not taken for a file without resources", () => {
  const empty = compileWith({}, { cached: () => [] });
  expect(empty.diagnostics).toEqual([]);
  expect(empty.desired?.treaties).toHaveLength(1);
});

test("one file may hold resources of several kinds", () => {
  const both = `${yaml("OperatorKey", "root", OPERATOR)}---\n${yaml("Sovereign", "globex", GLOBEX)}`;
  const { desired, diagnostics } = compileWith({
    "operators/root.yaml": null,
    "sovereigns/globex.yaml": both,
  });
  expect(diagnostics).toEqual([]);
  expect(desired?.sovereigns[0]?.source).toMatchObject({
    file: "sovereigns/globex.yaml",
    line: 11,
    column: 1,
  });
});

test("the error of a tree carries every diagnostic", () => {
  const { diagnostics } = compileWith({ "notes.txt": "", "documents/old.json": "{}" });
  const error = validationFailed(diagnostics);
  expect(error).toMatchObject({
    code: "validation_failed",
    message: "the desired state has 1 error in 1 file",
  });
  expect(error.details).toEqual({ diagnostics });
});

test("every code explains itself and shows a way out", () => {
  for (const [code, { means, hint }] of Object.entries(DIAGNOSTICS)) {
    expect(code).toMatch(/^[a-z0-9_]+$/);
    expect(means).toMatch(/^[A-Z].*\.$/);
    expect(hint).toMatch(/^[^.]+(?:\.[a-z][^.]*)*$/);
  }
});

test("a tree of which everything is cached never loads ajv, and a document that is not does", async () => {
  const loaded: unknown = JSON.parse(
    await runTypeScript(new URL("cached.child.ts", import.meta.url)),
  );
  expect(loaded).toEqual({ cached: false, fresh: true });
});
