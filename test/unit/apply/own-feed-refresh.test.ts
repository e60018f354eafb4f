import { describe, expect, onTestFinished, test } from "vitest";
import { refreshOwnFeed } from "../../../src/apply/own-feed-refresh.js";
import type { SovereignRevocationFeed } from "../../../src/model/documents.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { parseFeed } from "../../../src/protocol/documents.js";
import { fromInstant } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { verifyFeed } from "../../../src/protocol/verify.js";
import type { PrivateKey } from "../../../src/sign/private-key.js";
import { attestation, desired } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { outOfBand } from "../../helpers/out-of-band.js";
import { expectError } from "../../helpers/state.js";
import { World } from "../../helpers/world.js";

const HOUR = 3600;

function newWorld(): World {
  const world = new World();
  onTestFinished(() => world.close());
  return world;
}

function refresh(world: World, key: () => PrivateKey = () => keyOf("authority")): number | null {
  const { writer, now, random } = world;
  return refreshOwnFeed(writer, { key, now, random, refreshSeconds: HOUR });
}

function noKey(): never {
  throw new Error("the key was asked for");
}

function feedOf(world: World): SovereignRevocationFeed {
  return parseFeed(parseJson(world.writer.publishedFeed()?.json ?? "")).body;
}

/** A sovereign that has revoked one attestation, in its second feed. */
function revokedOnce(): World {
  const world = newWorld();
  world.apply(desired({ attestations: [attestation("node")] }));
  world.apply(desired());
  return world;
}

describe("our own feed", () => {
  test("is signed anew once it is old enough, with the next sequence and the same content", () => {
    const world = revokedOnce();
    const before = world.writer.publishedFeed();
    const generation = world.writer.generation();
    const digest = world.snapshot.digest;
    world.pass(HOUR);
    expect(refresh(world)).toBe(generation + 1);
    const after = world.writer.publishedFeed();
    const [last, next] = [before, after].map((row) => parseFeed(parseJson(row?.json ?? "")));
    expect(last?.body.revoked_attestation_ids).toHaveLength(1);
    expect(next?.body).toEqual({
      ...last?.body,
      feed_id: expect.not.stringMatching(last?.body.feed_id ?? ""),
      sequence: Number(before?.sequence) + 1,
      issued_at: fromInstant(world.now),
    });
    expect(after?.sequence).toBe(next?.body.sequence);
    if (next === undefined) expect.fail("nothing was published");
    const keys = [keyOf("authority").publicKey];
    expect(verifyFeed(next, keys, { issuer: "ACME" })).toMatchObject({ accepted: true });
    expect(world.snapshot.digest).toBe(digest);
    const events = [
      ...world.writer.auditEvents({ type: "sovereign_revocation_feed_published" }),
    ].map(({ details }) => details);
    expect(events.at(-1)).toEqual({
      feed_id: next.body.feed_id,
      sequence: next.body.sequence,
      revoked_count: 1,
      document_digest: sha256(after?.json ?? ""),
    });
  });

  test("stays while it is young, and the key is not asked for", () => {
    const world = revokedOnce();
    world.pass(HOUR - 1);
    const before = world.writer.publishedFeed();
    expect(refresh(world, noKey)).toBeNull();
    expect(world.writer.publishedFeed()).toEqual(before);
    world.pass(1);
    expect(refresh(world)).not.toBeNull();
    expect(refresh(world, noKey)).toBeNull();
    world.pass(HOUR);
    expect(refresh(world)).not.toBeNull();
  });

  test("goes on under the next sequence when something is revoked", () => {
    const world = newWorld();
    world.apply(desired({ attestations: [attestation("node")] }));
    world.pass(HOUR);
    refresh(world);
    const before = world.writer.publishedFeed()?.sequence ?? Number.NaN;
    world.apply(desired());
    expect(world.writer.publishedFeed()?.sequence).toBe(before + 1);
  });

  test.for([
    ["a signature", `replace(feed_json, '"sig":"', '"sig":"A')`],
    ["a name", `replace(feed_json, '"revocation_reasons"', '"rewocation_reasons"')`],
    ["an id less", `json_set(feed_json, '$.revoked_attestation_ids', json('[]'))`],
    ["everything", "'{'"],
  ] as const)("is replaced at once where another program has changed %s", ([, change]) => {
    const world = revokedOnce();
    const before = feedOf(world);
    outOfBand(world, `UPDATE concordat_published_feeds SET feed_json = ${change}`);
    expect(refresh(world)).not.toBeNull();
    const after = feedOf(world);
    expect(after).toEqual({
      ...before,
      feed_id: expect.not.stringMatching(before.feed_id),
      sequence: Number(before.sequence) + 1,
    });
    expect(refresh(world, noKey)).toBeNull();
  });

  test("takes nothing back that an altered one says", () => {
    const world = revokedOnce();
    outOfBand(
      world,
      `UPDATE concordat_published_feeds SET feed_json = replace(feed_json, '"revoked_attestation_ids":[', '"revoked_attestation_ids":["a",')`,
    );
    refresh(world);
    expect(feedOf(world).revoked_attestation_ids).toEqual(["a", expect.any(String)]);
  });

  test("does not begin here", () => {
    const world = newWorld();
    world.pass(HOUR);
    expect(refresh(world, noKey)).toBeNull();
    expect(world.writer.publishedFeed()).toBeNull();
  });

  test("is not signed by a key that is not the authority's", () => {
    const world = revokedOnce();
    world.pass(HOUR);
    const before = world.snapshot;
    expectError("authority_key_mismatch", () => refresh(world, () => keyOf("another")));
    expect(world.snapshot).toEqual(before);
  });
});
