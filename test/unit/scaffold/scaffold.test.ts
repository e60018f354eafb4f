import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join, posix } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { compile, type Compiled } from "../../../src/desired/compile.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { Repository } from "../../../src/git/repository.js";
import { readWorktree } from "../../../src/git/worktree.js";
import { KINDS } from "../../../src/model/resources.js";
import { parseTimestamp, plusSeconds, toInstant } from "../../../src/protocol/instant.js";
import { parseGenesis } from "../../../src/protocol/documents.js";
import { parseJson } from "../../../src/protocol/json.js";
import { verifyGenesis } from "../../../src/protocol/verify.js";
import { scaffold, type ScaffoldOptions } from "../../../src/scaffold/scaffold.js";
import { readPrivateKey, readPublicKeyFile } from "../../../src/sign/key-file.js";
import { exampleDocuments, exampleKey } from "../../../scripts/example-documents.js";
import { git, temporaryFolder, writeFiles } from "../../helpers/git.js";

const NOW = toInstant(parseTimestamp("2026-11-23T01:02:03.456789Z"));

/** A source of bytes that repeats itself in every test. */
function counter(): (bytes: number) => Uint8Array {
  let calls = 0;
  return (bytes) => {
    calls += 1;
    return new Uint8Array(bytes).fill(calls);
  };
}

function options(given: Partial<ScaffoldOptions> = {}): ScaffoldOptions {
  const dir = join(temporaryFolder(), "trust");
  return { dir, sovereignId: "ACME-NA", keysDir: null, now: NOW, random: counter(), ...given };
}

function compileFolder(dir: string): Compiled {
  const { files, read } = readWorktree(dir, DEFAULT_LIMITS);
  return compile({ commit: "c", tree: "t", files, read }, { limits: DEFAULT_LIMITS });
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

/** Every fenced YAML example of the READMEs, by the file it is meant for. */
function examplesOf(dir: string): ReadonlyMap<string, string> {
  const folders = readdirSync(dir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith("."),
  );
  return new Map(
    folders.map(({ name }) => {
      const readme = readFileSync(join(dir, name, "README.md"), "utf8");
      const blocks = [...readme.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml = ""]) => yaml);
      expect(blocks, name).toHaveLength(1);
      return [`${name}/example.yaml`, blocks[0] ?? ""];
    }),
  );
}

describe("a fresh repository", () => {
  test("is one commit that validates without a warning", async () => {
    const given = options();
    const made = await scaffold(given);
    expect(made.dir).toBe(given.dir);
    const repository = await Repository.open(made.dir);
    const { commit, tree } = await repository.resolve("main");
    expect(commit).toBe(made.commit);
    expect(await repository.isDirty()).toBe(false);
    const files = await repository.files(tree);
    expect(files.map((file) => file.path).toSorted()).toEqual(made.files);
    expect(files.every((file) => file.mode === "100644")).toBe(true);

    const { desired, diagnostics } = compileFolder(made.dir);
    expect(diagnostics).toEqual([]);
    expect(desired?.authority.sovereignId).toBe("ACME-NA");
    expect(desired?.operatorKeys.map((key) => [key.keyId, key.tier, key.state])).toEqual([
      ["operator-root", "privileged", "active"],
    ]);
  });

  test("has three key pairs that nobody else can read and git does not see", async () => {
    const { dir, keys } = await scaffold(options());
    const folder = join(dir, ".concordat", "keys");
    expect([modeOf(join(dir, ".concordat")), modeOf(folder)]).toEqual([0o700, 0o700]);
    expect(readdirSync(folder).toSorted()).toEqual([
      "authority.key",
      "authority.pub",
      "operator-root.key",
      "operator-root.pub",
      "root.key",
      "root.pub",
    ]);
    for (const path of [keys.authority, keys.operatorRoot, keys.root]) {
      expect(modeOf(path)).toBe(0o600);
      const { publicKey } = readPrivateKey(path);
      expect(readPublicKeyFile(path.replace(/key$/, "pub"))).toBe(publicKey);
      expect(readFileSync(path, "utf8")).toContain(`# Key ID: ${basename(path, ".key")}\n`);
    }
    expect(git(dir, ["status", "--porcelain"])).toBe("");
    const { desired } = compileFolder(dir);
    expect(desired?.authority.publicKey).toBe(readPrivateKey(keys.authority).publicKey);
    expect(desired?.operatorKeys[0]?.publicKey).toBe(readPrivateKey(keys.operatorRoot).publicKey);
  });

  test("has a genesis that its root key signed for a year", async () => {
    const { dir, keys } = await scaffold(options());
    const genesis = parseGenesis(parseJson(readFileSync(join(dir, "genesis.json"))));
    const root = readPrivateKey(keys.root).publicKey;
    expect(verifyGenesis(genesis, [root], { now: NOW }).reason).toBe("accepted");
    const authority = readPrivateKey(keys.authority).publicKey;
    expect(verifyGenesis(genesis, [authority], { now: NOW }).reason).toBe("invalid_signature");
    const afterwards = plusSeconds(NOW, 366 * 24 * 60 * 60);
    expect(verifyGenesis(genesis, [root], { now: afterwards }).reason).toBe(
      "outside_validity_window",
    );
  });

  test("points every YAML file and example at a schema of its own", async () => {
    const { dir } = await scaffold(options());
    const yaml = new Map(examplesOf(dir));
    for (const path of ["authority.yaml", "operators/operator-root.yaml"]) {
      yaml.set(path, readFileSync(join(dir, path), "utf8"));
    }
    for (const [path, text] of yaml) {
      const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
      const file = join(dir, posix.join(posix.dirname(path), schema));
      const [, kind] = /^kind: (\w+)$/m.exec(text) ?? [];
      expect(JSON.parse(readFileSync(file, "utf8")), path).toMatchObject({ title: kind });
    }
  });

  test("shows every kind, with every field that its spec may have", async () => {
    const { dir } = await scaffold(options());
    const texts = [...examplesOf(dir).values(), readFileSync(join(dir, "authority.yaml"), "utf8")];
    const shown = new Map(texts.map((text) => [/^kind: (\w+)$/m.exec(text)?.[1] ?? "", text]));
    expect([...shown.keys()].toSorted()).toEqual(KINDS.toSorted());
    for (const file of readdirSync(join(dir, ".schemas"))) {
      const schema: { title: string; properties?: { spec: { properties?: object } } } = JSON.parse(
        readFileSync(join(dir, ".schemas", file), "utf8"),
      );
      const text = shown.get(schema.title);
      for (const field of text === undefined
        ? []
        : Object.keys(schema.properties?.spec.properties ?? {})) {
        expect(text, `${schema.title}.${field}`).toMatch(new RegExp(`^ +(# )?${field}:`, "m"));
      }
    }
  });

  test("has examples that are valid once their placeholders are filled in, and not before", async () => {
    const { dir } = await scaffold(options());
    const { publicKey } = exampleKey("globex authority");
    const examples = [...examplesOf(dir)];
    writeFiles(dir, Object.fromEntries(examples));
    const faulty = new Set(compileFolder(dir).diagnostics.map(({ file }) => file));
    expect(faulty).toEqual(
      new Set(
        ["attestations", "feeds", "operators", "sovereigns"].map((name) => `${name}/example.yaml`),
      ),
    );

    const member = exampleKey("globex member").publicKey;
    const operator = exampleKey("globex operator").publicKey;
    const fill = (text: string): string =>
      text
        .replace(/"<their authority's public key>"/, `"${publicKey}"`)
        .replace(/"<the member's public key>"/, `"${member}"`)
        .replace(/"<the last line of operator-2.pub>"/, `"${operator}"`);
    const signed = exampleDocuments().get("federation/acme/feeds/globex-4.json") ?? "";
    writeFiles(dir, Object.fromEntries(examples.map(([path, text]) => [path, fill(text)])));
    writeFiles(dir, { "feeds/globex-7.json": signed });
    const { diagnostics, desired } = compileFolder(dir);
    expect(diagnostics).toEqual([]);
    expect(desired?.treaties).toHaveLength(1);
    expect(desired?.feeds).toHaveLength(1);
    expect(desired?.policy?.recognizedIssuers).toHaveLength(1);
  });

  test("follows from its arguments alone", async () => {
    const [one, two] = [await scaffold(options()), await scaffold(options())];
    for (const path of one.files) {
      const [first, second] = [one, two].map(({ dir }) => readFileSync(join(dir, path), "utf8"));
      expect(second, path).toBe(first);
    }
  });
});

describe("where it goes", () => {
  test("an empty folder is filled, and stays the same folder", async () => {
    const dir = temporaryFolder();
    const before = statSync(dir).ino;
    const made = await scaffold(options({ dir }));
    expect(statSync(dir).ino).toBe(before);
    expect(git(dir, ["rev-parse", "main"])).toBe(made.commit);
    expect(git(dir, ["status", "--porcelain"])).toBe("");
    expect(
      readdirSync(dir)
        .filter((name) => name.startsWith("."))
        .toSorted(),
    ).toEqual([".concordat", ".git", ".gitignore", ".schemas"]);
  });

  test("folders above a new one are made", async () => {
    const dir = join(temporaryFolder(), "a", "b", "c");
    await scaffold(options({ dir }));
    expect(readdirSync(join(dir, ".."))).toEqual(["c"]);
  });

  test("keys can go elsewhere", async () => {
    const keysDir = join(temporaryFolder(), "safe", "keys");
    const { dir, keys } = await scaffold(options({ keysDir }));
    expect(keys.root).toBe(join(keysDir, "root.key"));
    expect(modeOf(keysDir)).toBe(0o700);
    // The database goes there all the same.
    expect(readdirSync(join(dir, ".concordat"))).toEqual([]);
  });

  test("keys can be sent where they go anyway", async () => {
    const given = options();
    const { keys } = await scaffold({ ...given, keysDir: join(given.dir, ".concordat", "keys") });
    expect(modeOf(keys.root)).toBe(0o600);
  });
});

describe("nothing is left behind when", () => {
  test.each([
    ["the folder holds something", { "mine.txt": "mine" }],
    ["the folder is a repository", { ".git/HEAD": "ref: refs/heads/main\n" }],
  ])("%s", async (_, files) => {
    const dir = temporaryFolder();
    writeFiles(dir, files);
    const before = readdirSync(dir);
    await expect(scaffold(options({ dir }))).rejects.toMatchObject({ code: "not_empty" });
    expect(readdirSync(dir)).toEqual(before);
  });

  test("a file stands there", async () => {
    const parent = temporaryFolder();
    writeFiles(parent, { trust: "mine" });
    const dir = join(parent, "trust");
    await expect(scaffold(options({ dir }))).rejects.toMatchObject({ code: "unreadable_file" });
    expect(readFileSync(dir, "utf8")).toBe("mine");
  });

  test.each(["", "two words", 'quo"te', "new\nline", "<b>", "x".repeat(129), "\ud800"])(
    "the sovereign id is %j",
    async (sovereignId) => {
      const given = options({ sovereignId });
      await expect(scaffold(given)).rejects.toMatchObject({
        code: expect.stringMatching(/^(usage|lone_surrogate)$/),
      });
      expect(readdirSync(join(given.dir, ".."))).toEqual([]);
    },
  );

  test("the keys would be committed", async () => {
    const given = options();
    for (const keysDir of [given.dir, join(given.dir, "keys")]) {
      await expect(scaffold({ ...given, keysDir })).rejects.toMatchObject({ code: "usage" });
    }
    expect(existsSync(given.dir)).toBe(false);
  });

  test.each(["authority.key", "root.pub"])("%s exists already", async (name) => {
    const keysDir = temporaryFolder();
    writeFiles(keysDir, { [name]: "mine" });
    const given = options({ keysDir });
    await expect(scaffold(given)).rejects.toMatchObject({ code: "key_file_exists" });
    expect(readdirSync(keysDir)).toEqual([name]);
    expect(readFileSync(join(keysDir, name), "utf8")).toBe("mine");
    expect(readdirSync(join(given.dir, ".."))).toEqual([]);
  });

  test.each([
    ["a new", false],
    ["an empty", true],
  ])("git fails for %s folder", async (_, exists) => {
    const keysDir = temporaryFolder();
    const given = options({ keysDir });
    if (exists) mkdirSync(given.dir);
    vi.stubEnv("PATH", temporaryFolder());
    await expect(scaffold(given)).rejects.toMatchObject({ code: "git_failed" });
    vi.unstubAllEnvs();
    expect(readdirSync(keysDir)).toEqual([]);
    expect(readdirSync(join(given.dir, ".."))).toEqual(exists ? ["trust"] : []);
    expect(exists ? readdirSync(given.dir) : []).toEqual([]);
  });
});

test("whatever id the schema takes, the repository validates", async () => {
  const ids = fc.stringMatching(/^[!#-&(-;=?-_a-~]{1,128}$/);
  await fc.assert(
    fc.asyncProperty(ids, async (sovereignId) => {
      const { dir } = await scaffold(options({ sovereignId }));
      const { desired, diagnostics } = compileFolder(dir);
      expect(diagnostics).toEqual([]);
      expect(desired?.authority.sovereignId).toBe(sovereignId);
    }),
    { numRuns: 5 },
  );
});
