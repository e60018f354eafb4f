import { describe, expect, test } from "vitest";
import { fromInstant, parseTimestamp } from "../../../src/protocol/instant.js";
import { desired, feed as desiredFeed } from "../../helpers/desired.js";
import { FeedServer } from "../../helpers/feed-server.js";
import { AT_7, revoking, VERIFIED_7 } from "../../helpers/judged.js";
import { Polled } from "../../helpers/polled.js";

const FRESH_8 = revoking(8, [], { issued_at: parseTimestamp("2026-11-22T23:00:00Z") });

describe("statuses", () => {
  test("are of the sovereigns with a feed to poll", async () => {
    const polled = await Polled.start();
    expect(polled.poller.statuses(polled.world.now)).toEqual([
      {
        issuer_sovereign_id: "GLOBEX",
        name: "globex",
        url: polled.server.url(),
        result: null,
        message: "not polled yet",
        sequence: null,
        issued_at: null,
        checked_at: null,
        succeeded_at: null,
        fresh: true,
        next_poll_at: fromInstant(polled.world.now),
      },
    ]);
    polled.world.apply(desired());
    expect(polled.poller.statuses(polled.world.now)).toEqual([]);
  });

  test("survive a restart", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    polled.restart();
    const { next_poll_at: _, ...status } = polled.status ?? {};
    expect(status).toMatchObject({
      result: "imported",
      sequence: 7,
      checked_at: expect.any(String),
    });
  });

  test("do not show what is secret in an address", async () => {
    const polled = await Polled.start();
    const at = (url: string): string | undefined => {
      polled.apply({ feed: { url } });
      return polled.status?.url;
    };
    expect(at("https://globex.example/feed?token=hidden#part")).toBe("https://globex.example/feed");
    expect(at("https://user:hidden@globex.example/feed")).toBe("");
    expect(at("nonsense")).toBe("");
    expect(await polled.poll()).toMatchObject({ result: "fetch_failed", url: "" });
  });

  test("a poll of a sovereign that is not there does nothing", async () => {
    const polled = await Polled.start();
    const status = await polled.poller.poll("NOBODY", new AbortController().signal);
    expect(status).toMatchObject({ issuer_sovereign_id: "NOBODY", result: null, url: "" });
    expect(polled.server.connections).toBe(0);
  });
});

describe("freshness", () => {
  test("is lost when no newer feed comes in time", async () => {
    const polled = await Polled.start();
    polled.apply({ feed: { maxAge: 7200 } });
    expect(polled.status?.fresh).toBe(false);
    polled.server.json(FRESH_8, { ETag: '"eight"' });
    expect((await polled.poll()).fresh).toBe(true);
    polled.world.pass(3600);
    expect(polled.status?.fresh).toBe(true);
    polled.world.pass(1);
    // Unchanged is no news of the issuer: whoever froze the feed would say so too.
    expect(await polled.poll()).toMatchObject({ result: "unchanged", fresh: false });
  });

  test("is that of a feed from git, too", async () => {
    const polled = await Polled.start();
    polled.apply({ feed: { maxAge: 400 * 86_400 } }, { feeds: [desiredFeed("seven", VERIFIED_7)] });
    expect(polled.status).toMatchObject({
      sequence: 7,
      issued_at: "2026-01-01T00:00:00Z",
      fresh: true,
    });
  });

  test("is not given by a feed that was refused", async () => {
    const polled = await Polled.start();
    polled.apply({ feed: { maxAge: 7200 } });
    polled.server.json(AT_7);
    await polled.poll();
    polled.server.json(FRESH_8.replace('"sequence":8', '"sequence":9'));
    expect(await polled.poll()).toMatchObject({ result: "invalid_signature", fresh: false });
  });
});

describe("the next poll", () => {
  test("is due sooner after failures, and as usual after an answer", async () => {
    const polled = await Polled.start({ intervalSeconds: 900 });
    const seconds = async (): Promise<number> => {
      const { next_poll_at: at } = await polled.poll();
      if (at === null) return Number.NaN;
      return (Date.parse(at) - Date.parse(fromInstant(polled.world.now))) / 1000;
    };
    const near = (expected: number): { asymmetricMatch(value: unknown): boolean } => ({
      asymmetricMatch: (value) => Math.abs(Number(value) / expected - 1) <= 0.051,
    });
    polled.server.answer((_request, response) => response.writeHead(503).end());
    expect(await seconds()).toEqual(near(60));
    expect(await seconds()).toEqual(near(120));
    polled.server.json("{");
    expect(await seconds()).toEqual(near(900));
    polled.server.answer((_request, response) => response.writeHead(503).end());
    expect(await seconds()).toEqual(near(60));
    polled.server.json(AT_7);
    expect(await seconds()).toEqual(near(900));
  });
});

describe("the way to a feed", () => {
  test("leads through one look-up of its name", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    polled.apply({ feed: { url: polled.server.url("feeds.example") } });
    expect(await polled.poll()).toMatchObject({ result: "imported" });
    expect(polled.lookups).toEqual(["feeds.example"]);
  });

  test("ends where a name leads into a private network", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    polled.apply({ feed: { url: polled.server.url("feeds.example") } });
    polled.resolve = async () => ["127.0.0.1", "169.254.169.254"];
    expect(await polled.poll()).toMatchObject({
      result: "fetch_failed",
      message: "feeds.example leads to 169.254.169.254, which is not a public address",
    });
    expect(polled.server.connections).toBe(0);
    expect(polled.events("rejected")).toEqual([]);
  });

  test("does not lead to loopback by default", async () => {
    const polled = await Polled.start({ allowPrivate: [] });
    polled.server.json(AT_7);
    expect(await polled.poll()).toMatchObject({ result: "fetch_failed" });
    expect(polled.server.connections).toBe(0);
  });

  test("does not go on where a redirect points", async () => {
    const polled = await Polled.start();
    const other = await FeedServer.start();
    other.json(AT_7);
    polled.server.answer((_request, response) =>
      response.writeHead(302, { Location: other.url() }).end(),
    );
    expect(await polled.poll()).toMatchObject({
      result: "fetch_failed",
      message: "redirects are not followed (302)",
    });
    expect(other.connections).toBe(0);
  });

  test("ends at the cap that is set", async () => {
    const polled = await Polled.start({ maxBytes: AT_7.length - 1 });
    polled.server.json(AT_7);
    expect(await polled.poll()).toMatchObject({ result: "fetch_failed" });
    polled.restart({ maxBytes: AT_7.length });
    expect(await polled.poll()).toMatchObject({ result: "imported" });
  });
});
