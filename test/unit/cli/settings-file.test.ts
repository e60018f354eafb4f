import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/cli/settings.js";
import { readSettingsFile, SETTINGS_FILE } from "../../../src/cli/settings-file.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

// As when a service's user is given a command in somebody's home. root may read everything.
test.skipIf(process.getuid?.() === 0)("a folder that this user may not enter is named so", () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o000);
  expect(() => readSettingsFile(join(folder, SETTINGS_FILE))).toThrow(/may not be read by this/);
  chmodSync(folder, 0o700);
});

function withSettings(text: string): string {
  const dir = temporaryFolder();
  writeFiles(dir, { [SETTINGS_FILE]: text });
  return dir;
}

describe("a file that is not in order is refused with its place", () => {
  test.each([
    ["dbb: x\n", /:1:1: the document has no field "dbb"$/],
    ["host: x\nauthorityKeyValue: x\n", /:2:1: the document has no field "authorityKeyValue"$/],
    ["__proto__: x\n", /:1:1: the document has no field "__proto__"$/],
    ["repo: x\n", /:1:1: the document has no field "repo"$/],
    ["db: x\ndb: y\n", /:2:1: /],
    ["port: '8443'\n", /:1:1: port must be an integer, not a text$/],
    ["port: 65536\n", /:1:1: port must be at most 65535, not 65536$/],
    ["port: -1\n", /:1:1: port must be at least 0, not -1$/],
    ["port: 1.5\n", /:1:1: port must be an integer, not a number$/],
    ["db: 7\n", /:1:1: db must be a text, not a number$/],
    ["db: ''\n", /:1:1: db must have at least 1 character$/],
    ["db:\n", /:1:1: db is empty$/],
    ["db: &a x\nhost: *a\n", /:1:8: anchors, aliases and tags/],
    ["host: *a\n", /:1:7: /],
    ["db: !!str x\n", /anchors, aliases and tags/],
    ["<<: { db: x }\n", /:1:1: the document has no field "<<"$/],
    ["- db\n", /:1:1: the document must be a map, not a list$/],
    ["db\n", /:1:1: the document must be a map, not a text$/],
    ["limits:\n  file: 3\n", /:2:3: limits has no field "file"$/],
    ["limits:\n  files: many\n", /:2:3: limits.files must be an integer/],
    ["limits: 3\n", /:1:1: limits must be a map/],
    ["interval: 4s\n", /:1:1: interval must be a duration from 5s to 1d, not "4s"$/],
    ["interval: 25h\n", /:1:1: interval must be a duration from 5s to 1d/],
    ["interval: 60\n", /:1:1: interval must be a text/],
    ["interval: soon\n", /:1:1: interval cannot be "soon"$/],
    ["feedRefresh: 59s\n", /:1:1: feedRefresh must be a duration from 60s to 30d/],
    ["feeds:\n  interval: 1s\n", /:2:3: feeds.interval must be/],
    ["feeds:\n  maxBytes: 0\n", /:2:3: feeds.maxBytes must be at least 1024/],
    ["feeds:\n  allowPrivate: [10.0.0.0/8,\n    10.0.0.0/33]\n", /:3:5: "10.0.0.0\/33" is not/],
    ["feeds:\n  allowPrivate: [localhost]\n", /:2:18: feeds.allowPrivate\[0\] cannot be/],
    ["feeds:\n  allowPrivate: [fd00::/129]\n", /:2:18: "fd00::\/129" is not/],
    ["allowedHosts: []\n", /:1:1: allowedHosts must have at least 1 item/],
    ["allowedHosts: ['*', na.example]\n", /:1:16: \* lets every host through, so it stands alone$/],
    ["allowedHosts: ['http://na.example']\n", /:1:16: allowedHosts\[0\] cannot be "http:/],
    ["allowedHosts: ['na.example:65536']\n", /:1:16: "na.example:65536" has no port/],
    ["allowedHosts: na.example\n", /:1:1: allowedHosts must be a list/],
    ["trustedProxies: 9\n", /:1:1: trustedProxies must be at most 8, not 9$/],
    ["trustedProxies: true\n", /:1:1: trustedProxies must be an integer/],
    ["adminGrants: yes\n", /:1:1: adminGrants cannot be "yes"/],
    ["adminLegacySignatures: allow\n", /:1:1: adminLegacySignatures cannot be "allow"/],
    ["git: { token: abc }\n", /:1:8: git has no field "token"$/],
    ["notify: { kind: slack }\n", /:1:1: notify must be a list/],
    ["notify:\n  - kind: mail\n", /:2:5: notify\[0\].kind cannot be "mail"$/],
    ["notify:\n  - url: https://example.org\n", /:2:5: notify\[0\] needs the field kind$/],
    ["notify: [{ kind: slack }]\n", /a slack receiver needs urlFile: its address is a secret$/],
    ["notify: [{ kind: slack, urlFile: a, url: 'https://a' }]\n", /has no url and no secretFile$/],
    ["notify: [{ kind: slack, urlFile: a, secretFile: b }]\n", /has no url and no secretFile$/],
    ["notify: [{ kind: webhook, url: 'https://a' }]\n", /needs the field secretFile$/],
    ["notify: [{ kind: webhook, url: 'ftp://a', secretFile: b }]\n", /url cannot be "ftp:/],
    ["notify: [{ kind: webhook, url: 'https://u:p@a', secretFile: b }]\n", /url cannot be an/],
    [
      "notify:\n  - { kind: slack, urlFile: a }\n  - { kind: slack, name: slack, urlFile: b }\n",
      /:3:20: another receiver is called slack$/,
    ],
    ["db: [\n", /:\d+:\d+: /],
    ["\tdb: x\n", /:1:1: /],
    ["db: x\n---\ndb: y\n", /:2:\d+: /],
    [`host: ${"x".repeat(70_000)}\n`, /larger than 65536 bytes/],
  ])("%j", (text, message) => {
    const repo = withSettings(text);
    expect(() => resolveSettings({ repo }, {})).toThrow(message);
    expect(() => resolveSettings({ repo }, {})).toThrow(
      expect.objectContaining({ code: "bad_settings" }),
    );
  });

  test("all faults are told at once, in the order of the lines, and the first one's hint", () => {
    const repo = withSettings("hots: x\nport: none\nlimits:\n  files: -1\n");
    const path = join(repo, "concordat.config.yaml");
    expect(() => resolveSettings({ repo }, {})).toThrow(
      expect.objectContaining({
        message: [
          `${path}:1:1: the document has no field "hots"`,
          `${path}:2:1: port must be an integer, not a text`,
          `${path}:4:3: limits.files must be at least 0, not -1`,
        ].join("\n"),
        hint: "did you mean host?",
      }),
    );
  });

  test("bytes that are no text", () => {
    const repo = temporaryFolder();
    writeFiles(repo, { "concordat.config.yaml": Uint8Array.of(0x64, 0xff, 0xfe) });
    expect(() => resolveSettings({ repo }, {})).toThrow(/cannot be read as UTF-8/);
  });
});

test.each(["", "# nothing\n", "---\n"])("an empty file says nothing: %j", (text) => {
  const repo = withSettings(text);
  expect(resolveSettings({ repo }, {}).host).toBe("127.0.0.1");
});
