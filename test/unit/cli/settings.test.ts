import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/cli/settings.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

function repositoryWith(text: string): string {
  const dir = temporaryFolder();
  writeFiles(dir, { "concordat.config.yaml": text });
  return dir;
}

test("without a file there are defaults, all below the repository", () => {
  const repo = temporaryFolder();
  expect(resolveSettings({ repo }, {})).toEqual({
    repo,
    ref: null,
    db: join(repo, ".concordat/na.db"),
    keysDir: join(repo, ".concordat/keys"),
    authorityKey: join(repo, ".concordat/keys/authority.key"),
    host: "127.0.0.1",
    port: 8443,
    limits: DEFAULT_LIMITS,
  });
});

test("every key of the file counts, and its paths are taken from the repository", () => {
  const repo = repositoryWith(
    [
      "ref: release",
      "db: state/na.db",
      "keysDir: ../keys",
      "host: 0.0.0.0",
      "port: 9443",
      "limits: { files: 10, depth: 5 }",
    ].join("\n"),
  );
  expect(resolveSettings({ repo }, {})).toEqual({
    repo,
    ref: "release",
    db: join(repo, "state/na.db"),
    keysDir: join(repo, "../keys"),
    authorityKey: join(repo, "../keys/authority.key"),
    host: "0.0.0.0",
    port: 9443,
    limits: { ...DEFAULT_LIMITS, files: 10, depth: 5 },
  });
});

test("what is given wins over the file", () => {
  const repo = repositoryWith("ref: a\ndb: a\nauthorityKey: a\nkeysDir: a\nhost: a\nport: 1\n");
  const given = { repo, ref: "b", db: "/b", "authority-key": "/b.key", host: "b", port: 2 };
  expect(resolveSettings(given, { CONCORDAT_KEYS_DIR: "/keys" })).toMatchObject({
    ref: "b",
    db: "/b",
    authorityKey: "/b.key",
    keysDir: "/keys",
    host: "b",
    port: 2,
  });
});

describe("a file that is not in order is refused with its place", () => {
  test.each([
    ["dbb: x\n", /:1:1: unknown key "dbb"; known are ref, db/],
    ["host: x\nauthorityKeyValue: x\n", /:2:1: unknown key/],
    ["__proto__: x\n", /:1:1: unknown key/],
    ["repo: x\n", /:1:1: unknown key/],
    ["db: x\ndb: y\n", /:2:1: /],
    ["port: '8443'\n", /:1:1: port must be a whole number/],
    ["port: 65536\n", /:1:1: port must be at most 65535/],
    ["port: -1\n", /:1:1: port must be a whole number/],
    ["port: 1.5\n", /:1:1: port must be a whole number/],
    ["db: 7\n", /:1:1: db must be a text/],
    ["db: ''\n", /:1:1: db must be a text/],
    ["db:\n", /:1:1: db must be a text/],
    ["db: &a x\nhost: *a\n", /anchors, aliases and tags/],
    ["db: !!str x\n", /anchors, aliases and tags/],
    ["<<: { db: x }\n", /:1:1: unknown key/],
    ["- db\n", /:1:1: expected keys and values/],
    ["limits:\n  file: 3\n", /unknown limit "file"/],
    ["limits:\n  files: many\n", /:2:3: files must be a whole number/],
    ["limits: 3\n", /:1:1: limits must be/],
    ["db: [\n", /:\d+:\d+: /],
    ["\tdb: x\n", /:1:1: /],
    ["db: x\n---\ndb: y\n", /:2:\d+: /],
    [`host: ${"x".repeat(70_000)}\n`, /larger than 65536 bytes/],
  ])("%j", (text, message) => {
    const repo = repositoryWith(text);
    expect(() => resolveSettings({ repo }, {})).toThrow(message);
    expect(() => resolveSettings({ repo }, {})).toThrow(
      expect.objectContaining({ code: "bad_settings" }),
    );
  });

  test("bytes that are no text", () => {
    const repo = temporaryFolder();
    writeFiles(repo, { "concordat.config.yaml": Uint8Array.of(0x64, 0xff, 0xfe) });
    expect(() => resolveSettings({ repo }, {})).toThrow(/cannot be read as UTF-8/);
  });
});

test.each(["", "# nothing\n", "---\n"])("an empty file says nothing: %j", (text) => {
  const repo = repositoryWith(text);
  expect(resolveSettings({ repo }, {}).host).toBe("127.0.0.1");
});
