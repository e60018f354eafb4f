import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { FeedServer } from "../helpers/feed-server.js";
import { commitFiles } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { Service } from "../helpers/service.js";
import { feedJson } from "../helpers/signed.js";

const FIRST = "00000000-0000-4000-8000-00000000000a";
const SECOND = "00000000-0000-4000-8000-00000000000b";

function sovereign(url: string, suspend: boolean): string {
  return [
    "apiVersion: concordat/v1",
    "kind: Sovereign",
    "metadata: { name: globex }",
    "spec:",
    "  sovereignId: GLOBEX",
    `  publicKeys: ["${keyOf("globex").publicKey}"]`,
    `  feed: { url: "${url}", suspend: ${suspend} }`,
    "",
  ].join("\n");
}

function publish(server: FeedServer, sequence: number, ids: readonly string[]): void {
  server.json(
    feedJson({
      feed_id: `00000000-0000-4000-8000-${String(sequence).padStart(12, "0")}`,
      sequence,
      revoked_attestation_ids: ids,
      revocation_reasons: Object.fromEntries(ids.map((id) => [id, "left"])),
    }),
  );
}

async function imported(service: Service): Promise<string> {
  return JSON.stringify((await service.get("/connectome.json")).json);
}

test("a partner's feed is polled, imported and served; suspended in git it is not, until it is taken up again", async () => {
  const server = await FeedServer.start();
  publish(server, 1, [FIRST]);
  const dir = await trustRepository();
  writeFileSync(
    join(dir, "concordat.config.yaml"),
    `interval: 1d\nfeeds:\n  interval: 1d\n  allowPrivate: ["127.0.0.0/8"]\n  caFile: ${server.caFile}\n`,
  );
  const followed = commitFiles(dir, { "sovereigns/globex.yaml": sovereign(server.url(), false) });
  const service = await Service.start(["--repo", dir]);
  await service.settles(followed);
  await service.waitFor(({ feeds: [feed] }) => feed?.result === "imported", "the feed is imported");
  expect(await imported(service)).toContain(FIRST);
  expect(await service.condition("FeedsFresh")).toMatchObject({ status: "True" });
  expect(server.requests).toHaveLength(1);

  const suspended = commitFiles(dir, { "sovereigns/globex.yaml": sovereign(server.url(), true) });
  await service.settles(suspended);
  publish(server, 2, [FIRST, SECOND]);
  expect((await run(["reconcile", "--now"], { cwd: dir })).code).toBe(0);
  expect((await service.status()).feeds).toMatchObject([{ sequence: 1, next_poll_at: null }]);

  // Elsewhere, so that it is asked at once and not when its next poll is due.
  const moved = sovereign(`${server.url()}?moved`, false);
  await service.settles(commitFiles(dir, { "sovereigns/globex.yaml": moved }));
  await service.waitFor(({ feeds: [feed] }) => feed?.sequence === 2, "the next one is imported");
  expect(await imported(service)).toContain(SECOND);
  // Once for each time that it was taken up, and not once in between.
  expect(server.requests).toHaveLength(2);
  expect(await service.stop()).toBe(0);
});

test("a feed that is first named by a commit that an operator let through is polled at once", async () => {
  const server = await FeedServer.start();
  publish(server, 1, [FIRST]);
  const dir = await trustRepository();
  writeFileSync(
    join(dir, "concordat.config.yaml"),
    `interval: 1d\nfeeds:\n  allowPrivate: ["127.0.0.0/8"]\n  caFile: ${server.caFile}\n`,
  );
  const service = await Service.start(["--repo", dir]);
  await service.settles(commitFiles(dir, {}));
  expect((await run(["suspend", "--reason", "a look"], { cwd: dir })).code).toBe(0);
  commitFiles(dir, { "sovereigns/globex.yaml": sovereign(server.url(), false) });
  expect((await run(["resume"], { cwd: dir })).code).toBe(0);
  await service.waitFor(({ feeds: [feed] }) => feed?.result === "imported", "the feed is imported");
  expect(await imported(service)).toContain(FIRST);
});

test("a server on a private address that nobody allowed is not asked", async () => {
  const server = await FeedServer.start();
  publish(server, 1, [FIRST]);
  const dir = await trustRepository();
  const commit = commitFiles(dir, { "sovereigns/globex.yaml": sovereign(server.url(), false) });
  const service = await Service.start(["--repo", dir]);
  await service.settles(commit);
  await service.waitFor(({ feeds: [feed] }) => feed?.result === "fetch_failed", "it is refused");
  expect(server.connections).toBe(0);
  expect(await service.condition("Ready")).toMatchObject({ status: "True" });
});
