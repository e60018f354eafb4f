import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { AppError } from "../../../src/errors.js";
import { complaintOf } from "../../../src/git/complaint.js";
import { accessTo } from "../../../src/git/credentials.js";
import { openSource, type Source } from "../../../src/git/source.js";
import { following } from "../../helpers/following.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";
import { CAN_SERVE_HTTPS, publishedRepository, startGitRemote } from "../../helpers/git-remote.js";
import { selfSigned } from "../../helpers/tls.js";

const TOKEN = "t0ken-with-$pecial";
const HTTPS = { transport: "https", address: "https://localhost/a" } as const;
const SSH = { transport: "ssh", address: "git@localhost:a" } as const;

function secretFile(text: string, mode = 0o600): string {
  const dir = temporaryFolder();
  writeFiles(dir, { secret: text });
  chmodSync(join(dir, "secret"), mode);
  return join(dir, "secret");
}

async function failure(source: Source): Promise<AppError> {
  const error: unknown = await source.head().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
}

describe.skipIf(!CAN_SERVE_HTTPS)("over https (needs openssl and git's http-backend)", () => {
  test("a token opens the door, and neither a wrong one nor none does", async () => {
    const remote = await startGitRemote(publishedRepository({ "a.yaml": "a: 1\n" }).bare);
    remote.behave({ requireToken: TOKEN });
    const mirror = join(temporaryFolder(), "mirror");
    const right = await following(remote, {
      mirror,
      credentials: { tokenFile: secretFile(`${TOKEN}\n`) },
    });
    expect((await right.head()).ref).toBe("main");
    for (const name of readdirSync(mirror, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) {
        expect(readFileSync(join(name.parentPath, name.name), "latin1")).not.toContain(TOKEN);
      }
    }
    const wrong = await following(remote, {
      credentials: { tokenFile: secretFile("wr0ng-token") },
    });
    const none = await following(remote);
    for (const source of [wrong, none]) {
      const { code, message, hint } = await failure(source);
      expect(code).toBe("source_unreachable");
      expect(hint).toContain("token");
      expect(message).not.toMatch(/wr0ng|d3Iwbm/);
    }
  });

  test("a token's file is read anew for each fetch", async () => {
    const remote = await startGitRemote(publishedRepository({ "a.yaml": "a: 1\n" }).bare);
    remote.behave({ requireToken: TOKEN });
    const tokenFile = secretFile("the-old-one");
    const source = await following(remote, { credentials: { tokenFile } });
    await failure(source);
    writeFiles(join(tokenFile, ".."), { secret: TOKEN });
    expect((await source.head()).ref).toBe("main");
  });

  test("a redirect is refused, and no credential goes to the other host", async () => {
    const { bare } = publishedRepository({ "a.yaml": "a: 1\n" });
    const [remote, other] = [await startGitRemote(bare), await startGitRemote(bare)];
    remote.behave({ requireToken: TOKEN, redirectTo: new URL(other.url).origin });
    const source = await following(remote, { credentials: { tokenFile: secretFile(TOKEN) } });
    const { code, message } = await failure(source);
    expect(code).toBe("source_unreachable");
    expect(message).toContain("302");
    expect(message).not.toContain(TOKEN);
    expect(remote.requests).not.toHaveLength(0);
    expect(other.requests).toEqual([]);
  });

  test("a certificate that nobody vouches for is refused before anything is sent", async () => {
    const { bare } = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(bare);
    const tokenFile = secretFile(TOKEN);
    const mirror = join(temporaryFolder(), "mirror");
    const system = await openSource({
      repo: remote.url,
      ref: "main",
      mirror,
      credentials: { tokenFile },
    });
    const foreign = await following(remote, {
      credentials: { caFile: selfSigned(true).caFile, tokenFile },
    });
    for (const source of [system, foreign]) {
      const { code, message } = await failure(source);
      expect(code).toBe("source_unreachable");
      expect(message).toMatch(/certificate/i);
    }
    expect(remote.requests).toEqual([]);
  });

  test("nothing of the user's or of the process's own settings takes part", async () => {
    const remote = await startGitRemote(publishedRepository({ "a.yaml": "a: 1\n" }).bare);
    remote.behave({ requireToken: TOKEN });
    const home = temporaryFolder();
    writeFiles(home, {
      ".netrc": `machine 127.0.0.1 login x-access-token password ${TOKEN}\n`,
      ".gitconfig": `[http]\n\tsslVerify = false\n\textraHeader = "X-Own: 1"\n`,
    });
    vi.stubEnv("HOME", home);
    vi.stubEnv("GIT_CONFIG_GLOBAL", join(home, ".gitconfig"));
    vi.stubEnv("GIT_SSL_NO_VERIFY", "1");
    vi.stubEnv("https_proxy", "http://127.0.0.1:9");
    vi.stubEnv("GIT_CONFIG_COUNT", "1");
    vi.stubEnv("GIT_CONFIG_KEY_0", "http.followRedirects");
    vi.stubEnv("GIT_CONFIG_VALUE_0", "true");
    vi.stubEnv("GIT_DIR", home);
    try {
      const source = await following(remote);
      await failure(source);
      expect(remote.requests.map((request) => request.authorization)).toEqual([null]);
      remote.behave({ requireToken: null });
      expect((await source.head()).ref).toBe("main");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test.each([
  ["a file that the group may read", TOKEN, 0o640, "key_file_permissions"],
  ["a file with two lines", `${TOKEN}\nx`, 0o600, "bad_secret_file"],
  ["a file with a space in it", "a b", 0o600, "bad_secret_file"],
  ["an empty file", "\n", 0o600, "bad_secret_file"],
])("takes no token from %s", (_, text, mode, code) => {
  const refused = () => accessTo(HTTPS, { tokenFile: secretFile(text, mode) });
  expect(refused).toThrow(expect.objectContaining({ code }));
  expect(refused).not.toThrow(TOKEN);
});

test("takes no key that others can read, and no file that ssh would misread", () => {
  const shared = secretFile("key", 0o644);
  expect(() => accessTo(SSH, { sshKey: shared })).toThrow(
    expect.objectContaining({ code: "key_file_permissions" }),
  );
  for (const knownHosts of ['/a"b', "/a%h", "/a\\b", "/a\nb", "/${HOME}"]) {
    expect(() => accessTo(SSH, { knownHosts })).toThrow(
      expect.objectContaining({ code: "unreadable_file" }),
    );
  }
});

test("gives ssh its options, and the shell no word to read", () => {
  const { env } = accessTo(SSH, { knownHosts: "/it's here" });
  expect(env["GIT_SSH_COMMAND"]).toContain("'-F' '/dev/null'");
  expect(env["GIT_SSH_COMMAND"]).toContain("'StrictHostKeyChecking=yes'");
  expect(env["GIT_SSH_COMMAND"]).toContain(String.raw`'UserKnownHostsFile="/it'\''s here"'`);
  expect(env["GIT_ALLOW_PROTOCOL"]).toBe("ssh");
});

test("a complaint is one clean line of git's own without secrets", () => {
  const said =
    "remote: \u001b[31mbuy now\nfatal: no 'https://me:pw@host/a' for pa55\u202e\nfatal: x";
  expect(complaintOf(said, ["pa55"])).toBe("no 'https://host/a' for [secret]?");
  expect(complaintOf("remote: \u0007first\nremote: second\n", [])).toBe("remote: ?first");
  expect(complaintOf("", [])).toBe("it does not say why");
});
