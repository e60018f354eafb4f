import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSinks } from "../../../src/notify/sinks.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

function secretFile(content: string): string {
  const dir = temporaryFolder();
  writeFiles(dir, { secret: content });
  chmodSync(join(dir, "secret"), 0o600);
  return join(dir, "secret");
}

const URL = "https://hooks.slack.example/services/T0/B0/hidden";

test("the secrets of the sinks are read from their files", () => {
  const hook = { kind: "webhook", name: "pager", url: "https://example.org/hook" } as const;
  const settings = [
    { ...hook, secretFile: secretFile("0123456789abcdef\n") },
    { kind: "slack", name: "slack", urlFile: secretFile(`${URL}\n`) } as const,
  ];
  expect(openSinks(settings)).toEqual([
    { ...hook, secret: Buffer.from("0123456789abcdef") },
    { kind: "slack", name: "slack", url: URL },
  ]);
});

describe("the address of a Slack webhook", () => {
  const open = (content: string): unknown =>
    openSinks([{ kind: "slack", name: "slack", urlFile: secretFile(content) }]);

  test.each(["http://127.0.0.1:8065/hooks/x", "http://localhost/x", "http://[::1]:1/x"])(
    "may be %s, which does not leave the machine",
    (url) => {
      expect(open(url)).toEqual([{ kind: "slack", name: "slack", url }]);
    },
  );

  test.each([
    URL.replace("https", "http"),
    "http://127.0.0.1.example.org/hidden",
    "ftp://example.org/hidden",
    "hidden",
    `${URL}\n${URL}`,
    "",
  ])("is refused as %j, and never quoted", (content) => {
    expect(() => open(content)).toThrow(expect.objectContaining({ code: "bad_secret_file" }));
    expect(() => open(content)).not.toThrow(/hidden/);
  });
});
