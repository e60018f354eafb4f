/** Feeds of other sovereigns that an operator brings. */
import { expect, test } from "vitest";
import type { JsonValue } from "../../src/model/json.js";
import { codeIn, Scene } from "../helpers/admin.js";
import { signedFeed } from "../helpers/admin-feed.js";
import { keyOf } from "../helpers/keys.js";

test("a feed is imported once", async () => {
  const scene = await Scene.start();
  const feed = signedFeed({ revoked_attestation_ids: ["attestation-1"] });
  const path = "/admin/sovereign-revocation-feeds/import";
  const response = await scene.ask(path, { feed });
  expect(response.json()).toEqual({
    accepted: true,
    reason: "accepted",
    feed_id: "feed-1",
    issuer_sovereign_id: "GLOBEX",
    sequence: 1,
    revoked_count: 1,
  });
  const again = await scene.ask(path, { feed });
  expect([again.statusCode, codeIn(again)]).toEqual([409, "stale_sequence"]);
});

test.each<[string, JsonValue, number, string]>([
  ["no feed", {}, 422, "invalid_sovereign_revocation_feed"],
  ["a feed of another key", { feed: signedFeed({}, "nobody") }, 400, "invalid_signature"],
  [
    "keys that are none",
    { feed: signedFeed(), issuer_public_keys: "x" },
    422,
    "invalid_public_keys",
  ],
  [
    "other keys",
    { feed: signedFeed(), issuer_public_keys: [keyOf("nobody").publicKey] },
    422,
    "caller_keys_not_accepted",
  ],
  [
    "another issuer",
    { feed: signedFeed(), expected_issuer_sovereign_id: "HOOLI" },
    400,
    "wrong_issuer",
  ],
  [
    "an issuer without keys",
    { feed: signedFeed({ issuer_sovereign_id: "HOOLI" }) },
    400,
    "missing_issuer_public_keys",
  ],
])("an import of %s is refused", async (_what, body, status, code) => {
  const scene = await Scene.start();
  const response = await scene.ask("/admin/sovereign-revocation-feeds/import", body);
  expect([response.statusCode, codeIn(response)]).toEqual([status, code]);
});

test("a feed of more than 64 KiB is taken, for it names all that was ever revoked", async () => {
  const scene = await Scene.start();
  const ids = Array.from({ length: 4000 }, (_none, index) => `attestation-${index + 10_000}`);
  const feed = signedFeed({ revoked_attestation_ids: ids });
  const response = await scene.ask("/admin/sovereign-revocation-feeds/import", { feed });
  expect(response.json()).toMatchObject({ accepted: true, revoked_count: 4000 });
});
