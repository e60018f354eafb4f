import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../helpers/cli.js";
import { FeedServer } from "../helpers/feed-server.js";
import { commitFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { withGlobexFeeds } from "../helpers/partner-feed.js";
import { follow, pageOf } from "../helpers/runbook.js";

const page = pageOf("blast-radius.md");
/** As on the page. */
const GONE = "6f0c0e56-7a0b-4b6e-9d0a-2f6a4f1f3b0a";

test("the page's commands show who is hit, ask who has heard, and prove it", async () => {
  const server = await FeedServer.start("http");
  const dir = await withGlobexFeeds([[GONE]]);
  writeFileSync(join(dir, ".git/info/exclude"), "members.yaml\n");
  writeFileSync(join(dir, "members.yaml"), page.yaml[0] ?? "");
  const base = `http://127.0.0.1:${server.port}`;
  commitFiles(dir, {
    "concordat.config.yaml": 'feeds: { allowPrivate: ["127.0.0.0/8"] }\n',
    "sovereigns/initech.yaml": [
      "apiVersion: concordat/v1",
      "kind: Sovereign",
      "metadata: { name: initech }",
      `spec: { sovereignId: INITECH, publicKeys: ["${keyOf("initech").publicKey}"], endpoint: "${base}" }`,
      "",
    ].join("\n"),
  });
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  server.json(
    JSON.stringify({
      recognition_edges: [
        { from: "INITECH", to: "GLOBEX", status: "active", lifecycle_state: "active" },
      ],
      revoked_trust_material: [
        { type: "membership_attestation", id: GONE, issuer_sovereign_id: "GLOBEX", sequence: 1 },
      ],
    }),
  );
  const { code, output } = await follow(dir, page, [...page.commands.keys()]);
  expect(code, output).toBe(0);
  const said = output.replaceAll(/\s+/g, " ");
  expect(said).toMatch(/BLAST RADIUS OF GLOBEX .*nobody was asked/);
  expect(said).toContain("newest feed: 1 have it, 0 behind, 0 unknown; 2 of 2 checks as expected");
  expect(said).toContain("INITECH: imported: all that it revokes is revoked");
});
