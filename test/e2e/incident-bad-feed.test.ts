import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, run, type Ended } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { globexFeed, withGlobexFeeds } from "../helpers/partner-feed.js";
import { attestationJson } from "../helpers/signed.js";

const GONE = "00000000-0000-4000-8000-00000000000a";
const WRONGED = "00000000-0000-4000-8000-00000000000b";

/** Feeds 1 and 2 are imported; the second revokes one member too many. */
async function wronged(): Promise<{ dir: string; at: (...args: string[]) => Promise<Ended> }> {
  const dir = await withGlobexFeeds([[GONE], [GONE, WRONGED]]);
  writeFileSync(join(dir, ".concordat/wronged.json"), attestationJson({ attestation_id: WRONGED }));
  writeFileSync(join(dir, ".concordat/gone.json"), attestationJson({ attestation_id: GONE }));
  writeFileSync(
    join(dir, ".concordat/members.yaml"),
    "- { attestation: wronged.json, expect: accept }\n- { attestation: gone.json, expect: reject }\n",
  );
  const at = async (...args: string[]): Promise<Ended> => await run(args, { cwd: dir });
  return { dir, at };
}

const BAD = ["incident", "bad-feed", "GLOBEX", "--sequence", "2"] as const;
const MEMBERS = ["--expect", ".concordat/members.yaml"] as const;

test("a bad feed is stopped at once, refused through git, and what it alone revoked is accepted again", async () => {
  const { dir, at } = await wronged();
  const first = await at(...BAD, "--now", ...MEMBERS, "--json");
  expect(first, first.stdout).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("incident", first.stdout);
  expect(first.json()).toMatchObject({
    verdict: expect.stringMatching(/^FEED 2 OF GLOBEX IS STILL IN FORCE .*issuer is suspended/),
    incident: {
      steps: expect.arrayContaining([
        expect.objectContaining({ step: "suspend-feed", outcome: "done" }),
        expect.objectContaining({ step: "check-attestations", outcome: "held" }),
      ]),
      effects: [
        { object: WRONGED, action: "revoked by this feed alone" },
        { object: GONE, action: "revoked, as in sequence 1", answer: null },
      ],
      checks: [{ passed: false }, { passed: true }],
      drafts: [{ branch: "incident/feed-globex-2", held: null }],
    },
  });
  // Suspended at the host, and not heard again by a pass that finds git of another opinion.
  const passed = await at("reconcile", "--once");
  expect(passed.code, passed.stdout).toBe(0);
  const known = await at("explain", "sovereign/globex", "--json");
  expect(known.json()).toMatchObject({ standing: { facts: { feed_suspended: true } } });

  git(dir, ["merge", "--quiet", "--ff-only", "incident/feed-globex-2"]);
  expect(readFileSync(join(dir, "feeds/globex-2.yaml"), "utf8")).toContain("accept: false");
  expect((await at("apply", "--auto-approve")).code).toBe(0);
  const after = await at(...BAD, ...MEMBERS);
  expect(after, after.stdout).toMatchObject({ code: 0, stderr: "" });
  expect(after.stdout).toMatch(/^FEED 2 OF GLOBEX IS REJECTED/);
  expect(after.stdout).toContain("2 of 2 attestations as expected");
  expect(
    after.stdout.split("\n").filter((line) => line.length > 80 && !line.includes(dir)),
  ).toEqual([]);
});

test("the next commands name the places that this one was given", async () => {
  const { dir } = await wronged();
  writeFileSync(join(dir, ".concordat/members.json"), JSON.stringify({ [GONE]: "reject" }));
  const list = join(dir, ".concordat/members.json");
  // The name of the resource does as well.
  const [, , , ...sequence] = BAD;
  const named = await run(["incident", "bad-feed", "globex", ...sequence, "--repo", dir]);
  expect(named.stdout).toMatch(/^FEED 2 OF GLOBEX /);
  const told = await run([...BAD, "--repo", dir, "--expect", list, "--json"]);
  expect((told.json() as { next: string[][] }).next.slice(0, 4)).toEqual([
    ["concordat", "plan", "--ref", "incident/feed-globex-2", "--repo", dir],
    ["git", "-C", dir, "merge", "--ff-only", "incident/feed-globex-2"],
    ["concordat", "apply", "--repo", dir],
    ["concordat", ...BAD, "--expect", list, "--repo", dir],
  ]);
});

test("a corrected feed takes its place, over the refusal", async () => {
  const { dir, at } = await wronged();
  writeFileSync(join(dir, ".concordat/globex-3.json"), globexFeed(3, [GONE]));
  const first = await at(...BAD, "--corrected", ".concordat/globex-3.json", ...MEMBERS, "--json");
  expect(first.json()).toMatchObject({
    incident: {
      drafts: [
        { branch: "incident/feed-globex-2" },
        { branch: "incident/feed-globex-2-corrected", held: expect.stringContaining("before it") },
      ],
    },
  });
  for (const branch of ["incident/feed-globex-2", "incident/feed-globex-2-corrected"]) {
    git(dir, ["merge", "--quiet", "--ff-only", branch]);
    const applied = await at("apply", "--auto-approve");
    expect(applied.code, applied.stderr).toBe(0);
  }
  const again = ["--corrected", ".concordat/globex-3.json"];
  const after = await at(...BAD, ...again, ...MEMBERS, "--json");
  expect(after).toMatchObject({ code: 0 });
  expect(after.json()).toMatchObject({
    verdict: expect.stringContaining("IS REJECTED"),
    incident: {
      checks: [{ passed: true }, { passed: true }],
      drafts: [{ settled: true }, { settled: true }],
    },
  });
  const sovereign = await at("explain", "sovereign/globex", "--json");
  expect(sovereign.json()).toMatchObject({
    standing: { facts: { feed_suspended: false, feed_sequence: 3 } },
  });
});

test("a corrected feed that another has signed, and a wrong expectation, are refused", async () => {
  const { dir, at } = await wronged();
  const forged = globexFeed(3, []).replace(/"sig":"./, '"sig":"Z');
  writeFileSync(join(dir, ".concordat/forged.json"), forged);
  const refused = await at(...BAD, "--corrected", ".concordat/forged.json", "--json");
  expect(refused.code).toBe(3);
  expect(refused.json()).toMatchObject({
    incident: { findings: [{ code: "corrected_feed_refused" }], drafts: [{ held: null }] },
  });
  writeFileSync(
    join(dir, ".concordat/wrong.jsonl"),
    `{"attestation":"${GONE}","expect":"accept"}\n`,
  );
  const wrong = await at(...BAD, "--expect", ".concordat/wrong.jsonl");
  expect(wrong.code).toBe(3);
  expect(wrong.stdout).toContain("FAIL");
  const unknown = await at("incident", "bad-feed", "GLOBEX", "--sequence", "9", "--json");
  expect(unknown.json()).toMatchObject({ error: { code: "feed_unknown" } });
});
