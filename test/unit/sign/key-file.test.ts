import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { readPrivateKey, readPublicKeyFile, writeKeyPair } from "../../../src/sign/key-file.js";
import { PrivateKey } from "../../../src/sign/private-key.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

const SEED = Buffer.alloc(32, 7);
const KEY = PrivateKey.fromSeed(SEED);

function keyFile(content: string | Uint8Array, mode = 0o600): string {
  const dir = temporaryFolder();
  writeFiles(dir, { "x.key": content });
  chmodSync(join(dir, "x.key"), mode);
  return join(dir, "x.key");
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return "nothing thrown";
}

describe("writeKeyPair", () => {
  test("writes what the readers read, in the reference's form", () => {
    const prefix = join(temporaryFolder(), "authority");
    const paths = writeKeyPair(prefix, "authority-1", KEY);
    expect(paths).toEqual({ privatePath: `${prefix}.key`, publicPath: `${prefix}.pub` });
    expect(readFileSync(paths.privatePath, "utf8")).toBe(
      `# Ed25519 Private Key\n# Key ID: authority-1\n${SEED.toString("base64")}\n`,
    );
    expect(readFileSync(paths.publicPath, "utf8")).toBe(
      `# Ed25519 Public Key\n# Key ID: authority-1\n${KEY.publicKey}\n`,
    );
    expect(statSync(paths.privatePath).mode & 0o777).toBe(0o600);
    expect(readPrivateKey(paths.privatePath).publicKey).toBe(KEY.publicKey);
    expect(readPublicKeyFile(paths.publicPath)).toBe(KEY.publicKey);
  });

  test.each(["key", "pub"])("never overwrites a .%s file, and then writes nothing", (extension) => {
    const dir = temporaryFolder();
    writeFiles(dir, { [`x.${extension}`]: "mine" });
    expect(codeOf(() => writeKeyPair(join(dir, "x"), "id", KEY))).toBe("key_file_exists");
    expect(readFileSync(join(dir, `x.${extension}`), "utf8")).toBe("mine");
    expect(existsSync(join(dir, extension === "key" ? "x.pub" : "x.key"))).toBe(false);
  });

  test("does not write through a symbolic link", () => {
    const dir = temporaryFolder();
    symlinkSync(join(dir, "elsewhere"), join(dir, "x.key"));
    expect(codeOf(() => writeKeyPair(join(dir, "x"), "id", KEY))).toBe("key_file_exists");
    expect(existsSync(join(dir, "elsewhere"))).toBe(false);
  });

  test("refuses a key id that would leave its comment line, and a folder that is not there", () => {
    const dir = temporaryFolder();
    expect(codeOf(() => writeKeyPair(join(dir, "x"), "a\nb", KEY))).toBe("usage");
    expect(codeOf(() => writeKeyPair(join(dir, "none", "x"), "id", KEY))).toBe("unwritable_file");
    expect(existsSync(join(dir, "x.key"))).toBe(false);
  });
});

describe("readPrivateKey", () => {
  test("ignores comments, line ends and wrapped lines", () => {
    const text = SEED.toString("base64");
    const path = keyFile(`# one\r\n${text.slice(0, 20)}\r\n# two\r\n${text.slice(20)}\r\n\r\n`);
    expect(readPrivateKey(path).publicKey).toBe(KEY.publicKey);
  });

  test.each([0o640, 0o604, 0o660, 0o644])("refuses mode %o", (mode) => {
    expect(codeOf(() => readPrivateKey(keyFile(SEED.toString("base64"), mode)))).toBe(
      "key_file_permissions",
    );
  });

  test("accepts a file that not even its owner may write", () => {
    const path = keyFile(SEED.toString("base64"), 0o400);
    expect(readPrivateKey(path).publicKey).toBe(KEY.publicKey);
  });

  test.each([
    ["nothing", ""],
    ["only comments", "# Ed25519 Private Key\n"],
    ["31 bytes", Buffer.alloc(31).toString("base64")],
    ["64 bytes", Buffer.alloc(64).toString("base64")],
    ["missing padding", SEED.toString("base64").slice(0, -1)],
    ["another alphabet", Buffer.alloc(32, 255).toString("base64url")],
    ["raw bytes", Buffer.alloc(32, 200)],
    ["a long file", `# ${"x".repeat(5000)}\n${SEED.toString("base64")}`],
  ])("refuses %s", (_, content) => {
    expect(codeOf(() => readPrivateKey(keyFile(content)))).toBe("bad_key_file");
  });

  test("never quotes the file", () => {
    const path = keyFile(SEED.toString("base64").slice(0, 40));
    expect(() => readPrivateKey(path)).toThrow(
      new AppError("bad_key_file", `${path} is not the base64 of a 32-byte Ed25519 seed`),
    );
  });

  test("refuses a symbolic link, a folder and a missing file", () => {
    const path = keyFile(SEED.toString("base64"));
    const dir = temporaryFolder();
    symlinkSync(path, join(dir, "link.key"));
    mkdirSync(join(dir, "folder.key"), { mode: 0o700 });
    expect(codeOf(() => readPrivateKey(join(dir, "link.key")))).toBe("bad_key_file");
    expect(codeOf(() => readPrivateKey(join(dir, "folder.key")))).toBe("bad_key_file");
    expect(codeOf(() => readPrivateKey(join(dir, "none.key")))).toBe("unreadable_file");
  });
});

describe("readPublicKeyFile", () => {
  test("refuses a private key, whose seed may read as a point", () => {
    const { privatePath } = writeKeyPair(join(temporaryFolder(), "x"), "id", KEY);
    expect(codeOf(() => readPublicKeyFile(privatePath))).toBe("bad_key_file");
    const half = keyFile(`# Ed25519 Private Key\n${KEY.publicKey}\n`);
    expect(codeOf(() => readPublicKeyFile(half))).toBe("bad_key_file");
  });

  test("refuses a key of small order and a private key's length", () => {
    expect(codeOf(() => readPublicKeyFile(keyFile(Buffer.alloc(32).toString("base64"))))).toBe(
      "bad_public_key",
    );
    expect(codeOf(() => readPublicKeyFile(keyFile("abcd")))).toBe("bad_public_key");
  });
});
