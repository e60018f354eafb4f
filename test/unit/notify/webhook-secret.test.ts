import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readSecretLine, readWebhookSecret } from "../../../src/notify/webhook-secret.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

const WRITTEN = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function secretFile(content: string | Uint8Array, mode = 0o600): string {
  const dir = temporaryFolder();
  writeFiles(dir, { secret: content });
  chmodSync(join(dir, "secret"), mode);
  return join(dir, "secret");
}

const refusal = (code: string): unknown => expect.objectContaining({ code });

afterEach(() => {
  delete process.env["CREDENTIALS_DIRECTORY"];
});

test("whsec_ is base64, and anything else is the line itself", () => {
  const bytes = new Uint8Array(Buffer.from(WRITTEN, "base64"));
  expect(new Uint8Array(readWebhookSecret(secretFile(`whsec_${WRITTEN}\n`)))).toEqual(bytes);
  expect(Buffer.from(readWebhookSecret(secretFile(WRITTEN))).toString()).toBe(WRITTEN);
  const spaced = "It's a Secret to Everybody";
  expect(Buffer.from(readWebhookSecret(secretFile(`${spaced}\r\n`))).toString()).toBe(spaced);
});

test("sixteen bytes are enough, fifteen are not", () => {
  expect(readWebhookSecret(secretFile("x".repeat(16)))).toHaveLength(16);
  const sixteen = `whsec_${Buffer.alloc(16).toString("base64")}`;
  expect(readWebhookSecret(secretFile(sixteen))).toHaveLength(16);
  for (const text of ["x".repeat(15), `whsec_${Buffer.alloc(15).toString("base64")}`]) {
    expect(() => readWebhookSecret(secretFile(text))).toThrow(refusal("bad_secret_file"));
  }
});

test.each([
  ["nothing", ""],
  ["an empty line", "\n"],
  ["two lines", "0123456789abcdef\n0123456789abcdef\n"],
  ["space around it", " 0123456789abcdef"],
  ["no text", Buffer.alloc(32, 200)],
  ["base64url", "whsec_____0123456789abcdef0123456789abcd"],
  ["base64 without padding", "whsec_MDEyMzQ1Njc4OWFiY2RlZg"],
  ["only the prefix", "whsec_"],
  ["a large file", "x".repeat(5000)],
])("refuses %s, and never quotes it", (_, content) => {
  expect(() => readWebhookSecret(secretFile(content))).toThrow(refusal("bad_secret_file"));
  expect(() => readWebhookSecret(secretFile(content))).not.toThrow(/0123456789|MDEy/);
});

describe("who may read the file", () => {
  const line = "0123456789abcdef";

  test.each([0o640, 0o604, 0o440, 0o660])("refuses mode %o", (mode) => {
    expect(() => readSecretLine(secretFile(line, mode))).toThrow(refusal("key_file_permissions"));
  });

  test("refuses a symbolic link, a folder and a missing file", () => {
    const path = secretFile(line);
    const dir = temporaryFolder();
    symlinkSync(path, join(dir, "link"));
    expect(() => readSecretLine(join(dir, "link"))).toThrow(refusal("bad_secret_file"));
    chmodSync(dir, 0o700);
    expect(() => readSecretLine(dir)).toThrow(refusal("bad_secret_file"));
    expect(() => readSecretLine(join(dir, "none"))).toThrow(refusal("unreadable_file"));
  });

  test("takes mode 0440 of systemd's credentials, of nothing else, and nothing wider", () => {
    const path = secretFile(line, 0o440);
    process.env["CREDENTIALS_DIRECTORY"] = join(path, "..");
    expect(readSecretLine(path)).toBe(line);
    for (const mode of [0o444, 0o460, 0o450]) {
      chmodSync(path, mode);
      expect(() => readSecretLine(path)).toThrow(refusal("key_file_permissions"));
    }
    for (const other of ["", temporaryFolder(), join(path, "../none"), join(path, "../..")]) {
      process.env["CREDENTIALS_DIRECTORY"] = other;
      chmodSync(path, 0o440);
      expect(() => readSecretLine(path)).toThrow(refusal("key_file_permissions"));
    }
  });
});
