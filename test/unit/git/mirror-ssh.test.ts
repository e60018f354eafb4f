import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openSource } from "../../../src/git/source.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";
import { publishedRepository } from "../../helpers/git-remote.js";
import { CAN_SERVE_SSH, startSshRemote, type SshRemote } from "../../helpers/ssh-remote.js";

function opened(remote: SshRemote, credentials: Partial<SshRemote> = {}) {
  const { url: repo, ...own } = remote;
  const mirror = join(temporaryFolder(), "mirror");
  return openSource({ repo, ref: "main", mirror, credentials: { ...own, ...credentials } });
}

describe.skipIf(!CAN_SERVE_SSH)("over ssh (needs an sshd that starts for this user)", () => {
  test("fetches the branch, and then what is new", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await opened(await startSshRemote(published.bare));
    const { commit } = await source.head();
    const next = published.push({ "a.yaml": "a: 2\n" });
    expect((await source.head()).commit).toBe(next);
    expect(await source.isAncestor(commit, next)).toBe(true);
  });

  test("refuses a host that is not known, and is refused with another key", async () => {
    const { bare } = publishedRepository({ "a.yaml": "a: 1\n" });
    const [remote, other] = [await startSshRemote(bare), await startSshRemote(bare)];
    const knownHosts = join(temporaryFolder(), "known_hosts");
    writeFileSync(knownHosts, "");
    for (const [credentials, message] of [
      [{ knownHosts }, "Host key verification failed"],
      [{ sshKey: other.sshKey }, "Permission denied"],
    ] as const) {
      const source = await opened(remote, credentials);
      await expect(source.head()).rejects.toMatchObject({
        code: "source_unreachable",
        message: expect.stringContaining(message),
      });
    }
  });

  test("takes nothing from the environment of the process", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const source = await opened(await startSshRemote(published.bare));
    const home = temporaryFolder();
    writeFiles(home, { ".ssh/config": "Host *\n\tProxyCommand false\n" });
    vi.stubEnv("HOME", home);
    vi.stubEnv("GIT_SSH_COMMAND", "false");
    vi.stubEnv("GIT_SSH", "false");
    try {
      expect((await source.head()).ref).toBe("main");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
