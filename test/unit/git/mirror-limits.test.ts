import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Child } from "../../helpers/child.js";
import { following } from "../../helpers/following.js";
import { git, temporaryFolder } from "../../helpers/git.js";
import {
  CAN_SERVE_HTTPS,
  publishedRepository,
  startGitRemote,
  type GitRemote,
} from "../../helpers/git-remote.js";

const HAS_PROC = existsSync("/proc/self/cmdline");

/** The processes that talk to a remote, by their command lines. */
function talkers(remote: GitRemote): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, "utf8")];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(remote.url));
}

/** Waits for what the kernel does after the death of a process. */
async function untilSilent(remote: GitRemote): Promise<void> {
  while (talkers(remote).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

function noise(bytes: number): string {
  return Array.from({ length: bytes / 20 }, () => Math.random()).join("\n");
}

function leftovers(mirror: string): readonly string[] {
  return readdirSync(mirror, { recursive: true, encoding: "utf8" }).filter((name) =>
    /tmp|\.lock$|\.keep$/.test(name),
  );
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

describe.skipIf(!CAN_SERVE_HTTPS || !HAS_PROC)("over https, on Linux", () => {
  test.each(["drip", "pack"] as const)(
    "a server that stalls (%s) runs out of time",
    async (stall) => {
      const remote = await startGitRemote(publishedRepository({ "a.yaml": noise(100_000) }).bare);
      const mirror = join(temporaryFolder(), "mirror");
      const source = await following(remote, { mirror, limits: { seconds: 1 } });
      remote.behave({ stall });
      const failing = failureOf(source.head());
      if (stall === "pack") {
        await remote.stalled();
        expect(talkers(remote)).not.toEqual([]);
      }
      expect(await failing).toMatchObject({ code: "source_unreachable" });
      expect(talkers(remote)).toEqual([]);
      remote.behave({ stall: null });
      const patient = await following(remote, { mirror });
      expect((await patient.head()).ref).toBe("main");
      expect(leftovers(mirror)).toEqual([]);
    },
  );

  test("a pack over the quota is broken off, and the next fetch starts anew", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(published.bare);
    const mirror = join(temporaryFolder(), "mirror");
    const source = await following(remote, { mirror, limits: { objectBytes: 300_000 } });
    const { commit } = await source.head();
    const huge = published.push({ "b.yaml": noise(2_000_000) });
    for (const _ of [1, 2]) {
      await expect(source.head()).rejects.toMatchObject({
        code: "source_unreachable",
        message: expect.stringContaining("300000 bytes"),
      });
      expect(talkers(remote)).toEqual([]);
    }
    git(published.bare, ["update-ref", "refs/heads/main", commit, huge]);
    expect((await source.head()).commit).toBe(commit);
    const roomy = await following(remote, { mirror });
    expect((await roomy.head()).commit).toBe(commit);
  });

  test("a hundred thousand other refs are not listed to us", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const id = git(published.dir, ["rev-parse", "HEAD"]);
    const refs = Array.from({ length: 100_000 }, (_, n) => `${id} refs/heads/other/${n}\n`);
    writeFileSync(join(published.bare, "packed-refs"), `${refs.join("")}${id} refs/heads/main\n`);
    const remote = await startGitRemote(published.bare);
    const source = await following(remote);
    expect((await source.head()).commit).toBe(id);
    expect(remote.sent()).toBeLessThan(10_000);
    git(published.bare, ["update-ref", "-d", "refs/heads/main"]);
    await expect(source.head()).rejects.toMatchObject({ code: "bad_ref" });
  });

  test("stopping ends a fetch with all its processes", async () => {
    const remote = await startGitRemote(publishedRepository({ "a.yaml": noise(100_000) }).bare);
    const source = await following(remote);
    remote.behave({ stall: "pack" });
    const failing = failureOf(source.head());
    await remote.stalled();
    await source.stop();
    expect(talkers(remote)).toEqual([]);
    expect(await failing).toMatchObject({ code: "source_unreachable" });
  });

  test("a kill in the middle of a fetch ends it, and the next one recovers", async () => {
    const published = publishedRepository({ "a.yaml": "a: 1\n" });
    const remote = await startGitRemote(published.bare);
    const mirror = join(temporaryFolder(), "mirror");
    const source = await following(remote, { mirror });
    await source.head();
    const commit = published.push({ "b.yaml": noise(1_000_000) });
    remote.behave({ stall: "pack" });
    const options = {
      repo: remote.url,
      ref: "main",
      mirror,
      credentials: { caFile: remote.caFile },
    };
    const child = new Child(`
      import { openSource } from "./src/git/source.ts";
      await (await openSource(${JSON.stringify(options)})).head();
    `);
    await remote.stalled();
    expect(talkers(remote)).not.toEqual([]);
    while (leftovers(mirror).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await child.kill();
    await untilSilent(remote);
    expect(leftovers(mirror)).not.toEqual([]);
    writeFileSync(join(mirror, "refs/incoming/head.lock"), "");
    remote.behave({ stall: null });
    expect((await source.head()).commit).toBe(commit);
    expect(leftovers(mirror)).toEqual([]);
  });

  test("packs do not pile up", async () => {
    const published = publishedRepository({ "a.yaml": "a: 0\n" });
    const mirror = join(temporaryFolder(), "mirror");
    const remote = await startGitRemote(published.bare);
    const source = await following(remote, { mirror, limits: { packs: 3 } });
    const { commit } = await source.head();
    for (let n = 1; n <= 8; n += 1) {
      published.push({ "a.yaml": `a: ${n}\n` });
      await source.head();
    }
    const packs = readdirSync(join(mirror, "objects/pack")).filter((name) =>
      name.endsWith(".pack"),
    );
    expect(packs.length).toBeLessThan(5);
    const head = await source.head();
    expect(await source.isAncestor(commit, head.commit)).toBe(true);
    expect(await source.files(head.tree)).toHaveLength(1);
  });
});
