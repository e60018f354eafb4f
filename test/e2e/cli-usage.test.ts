import { describe, expect, test } from "vitest";
import { run } from "../helpers/cli.js";

const SYNTAX_ERRORS: readonly (readonly [string, readonly string[]])[] = [
  ["an unknown flag", ["plan", "--bogus"]],
  ["a missing argument", ["init", "--sovereign-id", "ACME"]],
  ["a missing flag", ["keygen", "--out", "key"]],
  ["an argument too many", ["status", "extra"]],
  ["a flag without its value", ["plan", "--ref"]],
  ["a value that is none of the known", ["plan", "--format", "yaml"]],
  ["a number that is none", ["apply", "--allow-removals", "many"]],
  ["a reason that is a book", ["suspend", "--reason", "x".repeat(1025)]],
  ["a negative number", ["apply", "--allow-removals=-1"]],
  ["a time without a zone", ["verify", "feed", "x", "--issuer-key", "y", "--at", "2026-01-01"]],
  [
    "flags that exclude each other",
    ["verify", "attestation", "x", "--issuer-key", "k", "--treaty", "t"],
  ],
  ["a flag that needs another", ["verify", "attestation", "x", "--treaty-issuer-key", "k"]],
  ["an unknown command", ["aply"]],
  ["an unknown command of a topic", ["verify", "bogus"]],
];

describe.each(SYNTAX_ERRORS)("%s", (_what, args) => {
  test("ends with 64 and says so on stderr", async () => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .+\n/);
    expect(stderr).toMatch(/\n {2}code: usage\n$/);
    expect(stderr).not.toMatch(/oclif|\.js|See more help|\u001b/);
  });

  test("under --json is one document on stdout and nothing else", async () => {
    const { code, json, stdout, stderr } = await run([...args, "--json"]);
    expect(code).toBe(64);
    expect(json()).toEqual({
      error: {
        code: "usage",
        message: expect.any(String),
        hint: expect.stringContaining("--help"),
        details: null,
      },
    });
    expect(stdout).not.toMatch(/oclif|home|\.js/i);
    expect(stderr).toBe("");
  });
});

test("what is found wrong only after the flags were read points to the command's own help too", async () => {
  const { stderr } = await run(["audit", "export"]);
  expect(stderr).toContain("hint: see concordat audit export --help\n");
});

test("--json after -- is an argument", async () => {
  const { code, stdout } = await run(["status", "--", "--json"]);
  expect(code).toBe(64);
  expect(stdout).toBe("");
});

test("standard input is never taken for an argument", async () => {
  const { code, stderr } = await run(["init", "--sovereign-id", "ACME"], { input: "folder\n" });
  expect(code).toBe(64);
  expect(stderr).toMatch(/Missing 1 required arg/);
});

test("one result has one form", async () => {
  const { code, json } = await run(["plan", "--json", "--format", "markdown"]);
  expect(code).toBe(64);
  expect(json()).toMatchObject({ error: { code: "usage" } });
});

test("a variable of the environment does not change the form", async () => {
  const { code, stdout, stderr } = await run(["status"], {
    env: { CONCORDAT_CONTENT_TYPE: "json" },
  });
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("code: state_missing");
});
