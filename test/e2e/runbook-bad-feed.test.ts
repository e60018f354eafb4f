import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { globexFeed, withGlobexFeeds } from "../helpers/partner-feed.js";
import { follow, pageOf } from "../helpers/runbook.js";

const page = pageOf("bad-feed.md");
/** As on the page. */
const WRONGED = "6f0c0e56-7a0b-4b6e-9d0a-2f6a4f1f3b0a";
const GONE = "0b6a8f52-31c9-4a53-8f2e-5d7f0c9b1e11";
const REFUSED = ["The first five minutes", "Refuse the feed", "Prove it"];

async function fresh(): Promise<string> {
  const dir = await withGlobexFeeds([[GONE], [GONE, WRONGED]]);
  writeFileSync(join(dir, ".git/info/exclude"), "members.yaml\nglobex-3.json\n");
  writeFileSync(join(dir, "members.yaml"), page.yaml[0] ?? "");
  return dir;
}

test("the page's commands refuse the feed, prove it, and take the corrected one", async () => {
  const dir = await fresh();
  writeFileSync(join(dir, "globex-3.json"), globexFeed(3, [GONE]));
  const { code, output } = await follow(dir, page, [...REFUSED, "When a corrected feed comes"]);
  expect(code, output).toBe(0);
  const said = output.replaceAll(/\s+/g, " ");
  expect(said).toMatch(/FEED 2 OF GLOBEX IS STILL IN FORCE .*the issuer is suspended/);
  expect(said).toContain("reject feed/globex-2");
  expect(said).toMatch(/FEED 2 OF GLOBEX IS REJECTED .*2 of 2 attestations as expected/);
  expect(said).toContain("import feed/globex-3");
});

test("the page's undo imports the feed again", async () => {
  const dir = await fresh();
  const { code, output } = await follow(dir, page, [...REFUSED, "Undo"]);
  expect(code, output).toBe(0);
  expect(output).toMatch(/import +feed\/globex-2/);
});
