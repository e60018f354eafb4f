import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { run, treatyWith } from "../helpers/cli.js";
import { commitFiles, git } from "../helpers/git.js";
import { CAN_SERVE_HTTPS } from "../helpers/git-remote.js";
import { publishedTrust } from "../helpers/published-trust.js";
import { Service } from "../helpers/service.js";
import { until } from "../helpers/until.js";

if (!CAN_SERVE_HTTPS) console.warn("skipped: git-http-backend or openssl is missing");

const STALLS = ["pack", "drip"] as const;

/** Processes that were started with this text in a word of theirs. */
function processesOf(text: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });
}

describe.runIf(CAN_SERVE_HTTPS)("a daemon that ends while it fetches", () => {
  test.each(STALLS)(
    "killed while the remote stalls (%s), it leaves nothing in the way",
    async (stall) => {
      const { dir, db, args, env, remote, push } = await publishedTrust();
      commitFiles(dir, { "treaties/globex.yaml": treatyWith("globex") });
      push();
      remote.behave({ stall });
      for (let kill = 0; kill < 3; kill += 1) {
        const asked = remote.requests.length;
        const service = await Service.start(args, { env });
        await until("it fetches", () => remote.requests.length > asked);
        if (stall === "pack") await remote.stalled();
        await service.kill();
      }
      // What the killed ones had started may still wait for the remote.
      remote.behave({ stall: null });
      const service = await Service.start(args, { env });
      const head = commitFiles(dir, { "treaties/initech.yaml": treatyWith("initech") });
      push();
      service.signal("SIGHUP");
      await service.settles(head);
      expect(await service.stop()).toBe(0);
      const status = await run(["status", "--db", db, "--json"]);
      expect(status.json()).toMatchObject({ treaties: { active: 2 } });
    },
  );

  test.each(STALLS)(
    "a stop while the remote stalls (%s) gives the fetch up, and its git with it",
    async (stall) => {
      const { dir, db, args, env, remote } = await publishedTrust();
      remote.behave({ stall });
      const service = await Service.start(args, { env });
      await until("it fetches", () => remote.requests.length > 0);
      if (stall === "pack") await remote.stalled();
      expect(await service.stop()).toBe(0);
      expect(processesOf(`${db}.git`)).toEqual([]);
      remote.behave({ stall: null });
      const next = await Service.start(args, { env });
      await next.settles(git(dir, ["rev-parse", "HEAD"]));
    },
  );
});
