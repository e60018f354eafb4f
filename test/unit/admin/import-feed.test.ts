/** Imports of foreign feeds by an admin request: whose keys count, and what is refused with which code. */
import { describe, expect, test } from "vitest";
import type { ImportFeed } from "../../../src/model/admin.js";
import type { DesiredSovereign } from "../../../src/model/desired.js";
import type {
  SovereignRevocationFeed,
  Unverified,
  Verified,
} from "../../../src/model/documents.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { Administered } from "../../helpers/administered.js";
import { feed, signedFeed, sovereign, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { expectError } from "../../helpers/state.js";

const KEY = keyOf("sovereign globex").publicKey;
const OTHER = keyOf("other").publicKey;

function feedOf(
  body: Partial<SovereignRevocationFeed> = {},
  signer = "sovereign globex",
): Verified<SovereignRevocationFeed> {
  const { body: usual } = signedFeed("globex", 7, ["a-1", "a-2"]);
  return signDocument({ ...usual, ...body }, "their-key", keyOf(signer));
}

function importing(
  document: Unverified<SovereignRevocationFeed> = feedOf(),
  given: Partial<ImportFeed> = {},
): ImportFeed {
  return {
    action: "import_feed",
    feed: parseJson(documentJson(document)),
    issuerPublicKeys: null,
    expectedIssuer: null,
    ...given,
  };
}

/** A state whose Sovereign globex has no key in common with the one that its treaty names. */
function knowing(given: Partial<DesiredSovereign> = {}): Administered {
  return new Administered({ sovereigns: [sovereign("globex", given)] });
}

/** The state knows GLOBEX by a treaty alone, as after an allowed grant. */
function recognising(subjectPublicKeys: readonly string[] = [KEY]): Administered {
  const state = new Administered({ sovereigns: [] });
  state.grant({
    action: "issue_treaty",
    subjectSovereignId: "GLOBEX",
    subjectPublicKeys,
    scope: {},
    validityHours: 1,
    metadata: {},
  });
  return state;
}

const NAMED = { feed_id: "feed-globex-7", issuer_sovereign_id: "GLOBEX", sequence: 7 };

test("a feed is imported in one generation, under the keys of the Sovereign resource", () => {
  const state = knowing();
  const before = state.writer.generation();
  const { answer, generation } = state.ask(importing());
  expect(answer).toEqual({
    status: 200,
    body: { accepted: true, reason: "accepted", ...NAMED, revoked_count: 2 },
  });
  expect(generation).toBe(before + 1);
  const { feeds, importedRevocations } = state.world.snapshot;
  expect(feeds).toMatchObject([{ feedId: "feed-globex-7", json: documentJson(feedOf()) }]);
  expect(importedRevocations.map(({ attestationId }) => attestationId)).toEqual(["a-1", "a-2"]);
  expect(state.audit("sovereign_revocation_feed_imported")).toEqual([
    {
      ...NAMED,
      accepted: true,
      reason: "accepted",
      revoked_count: 2,
      document_digest: sha256(documentJson(feedOf())),
      trust_basis: "recognized_issuer_keys",
      by: "root",
      remote_addr: "192.0.2.1",
    },
  ]);
});

describe("keys", () => {
  test("of our treaty count without a Sovereign resource, until it ends or is revoked", () => {
    const state = recognising();
    state.ask(importing());
    const [id = ""] = state.world.snapshot.treaties.map((row) => row.id);
    state.ask({ action: "revoke_treaty", treatyId: id, reason: "ended" });
    const next = importing(feedOf({ sequence: 8, feed_id: "next" }));
    expectError("missing_issuer_public_keys", () => state.ask(next));

    const other = recognising();
    // An hour, and the five minutes by which clocks may differ.
    other.world.pass(3_901);
    expectError("missing_issuer_public_keys", () => other.ask(importing()));
  });

  test("of a treaty and of the Sovereign resource count together", () => {
    const state = new Administered({
      sovereigns: [sovereign("globex", { publicKeys: [OTHER] })],
      treaties: [treaty("globex", "globex", { subjectPublicKeys: [KEY] })],
    });
    state.ask(importing());
    state.ask(importing(feedOf({ sequence: 8, feed_id: "next" }, "other")));
    expect(state.world.snapshot.feeds).toHaveLength(2);
  });

  test("of a treaty that somebody else signed do not count", () => {
    const state = new Administered({ sovereigns: [] });
    foreignTreaty(state.world, "ACME", "GLOBEX", "intruder");
    expectError("missing_issuer_public_keys", () => state.ask(importing()));
    outOfBand(state.world, "UPDATE recognition_treaties SET treaty_json = 'no JSON'");
    expectError("missing_issuer_public_keys", () => state.ask(importing()));
  });

  test("of another sovereign's treaty do not count", () => {
    const state = new Administered({ sovereigns: [] });
    foreignTreaty(state.world, "INITECH", "GLOBEX");
    expectError("missing_issuer_public_keys", () => state.ask(importing()));
  });

  test("of the caller's may only repeat what is known", () => {
    const state = knowing();
    for (const issuerPublicKeys of [[OTHER], [KEY, OTHER]])
      expectError("caller_keys_not_accepted", () =>
        state.ask(importing(feedOf(), { issuerPublicKeys })),
      );
    state.ask(importing(feedOf(), { issuerPublicKeys: [KEY] }));
    expect(state.world.snapshot.feeds).toHaveLength(1);
  });

  test("of the caller's count where none is known", () => {
    const state = new Administered({ sovereigns: [] });
    expectError("missing_issuer_public_keys", () => state.ask(importing()));
    expectError("missing_issuer_public_keys", () =>
      state.ask(importing(feedOf(), { issuerPublicKeys: [] })),
    );
    expectError("invalid_public_keys", () =>
      state.ask(importing(feedOf(), { issuerPublicKeys: [KEY, "AAAA"] })),
    );
    expectError("invalid_signature", () =>
      state.ask(importing(feedOf(), { issuerPublicKeys: [OTHER] })),
    );
    state.ask(importing(feedOf(), { issuerPublicKeys: [OTHER, KEY] }));
    expect(state.audit("sovereign_revocation_feed_imported")).toMatchObject([
      { trust_basis: "caller_supplied_keys" },
    ]);
  });
});

describe("refused", () => {
  test.each([
    ["missing_signature", 400, { ...feedOf(), signatures: [] }, 7],
    ["invalid_signature", 400, feedOf({}, "intruder"), 7],
    ["sequence_jump", 409, feedOf({ sequence: 10_001 }), 10_001],
    ["sequence_jump", 409, feedOf({ sequence: 2n ** 64n - 1n }), 2n ** 64n - 1n],
    ["from_the_future", 409, feedOf({ issued_at: parseTimestamp("2026-11-23T00:05:01Z") }), 7],
  ] as const)("%s: %i", (code, status, document, sequence) => {
    const state = knowing();
    const error = expectError(code, () => state.ask(importing(document)));
    expect(error.status).toBe(status);
    expect(error.details).toEqual({ ...NAMED, sequence });
    expect(state.world.snapshot.feeds).toEqual([]);
    expect(state.audit("sovereign_revocation_feed_rejected")).toMatchObject([
      { ...NAMED, sequence, accepted: false, reason: code, by: "root" },
    ]);
    expect(state.nonces).toHaveLength(1);
  });

  test("a sequence that is not above the newest one, the same feed among them", () => {
    const state = knowing();
    state.ask(importing());
    const older = feedOf({ sequence: 6, feed_id: "older" });
    const anew = feedOf({ feed_id: "anew", issued_at: parseTimestamp("2026-11-22T00:00:00Z") });
    for (const document of [feedOf(), older, anew])
      expect(expectError("stale_sequence", () => state.ask(importing(document))).status).toBe(409);
    expect(state.world.snapshot.feeds).toHaveLength(1);
  });

  test("two feeds of one sequence: both are kept", () => {
    const state = knowing();
    state.ask(importing());
    const contradiction = feedOf({ feed_id: "other", revoked_attestation_ids: ["a-1"] });
    expectError("equivocation", () => state.ask(importing(contradiction)));
    expect(state.writer.feedEvidence("GLOBEX")).toMatchObject([
      { reason: "equivocation", feedId: "other", json: documentJson(contradiction) },
    ]);
    expect(state.world.snapshot.feeds).toMatchObject([{ feedId: "feed-globex-7" }]);
  });

  test("evidence is written in the transaction of the nonce", () => {
    const state = knowing();
    const jump = importing(feedOf({ sequence: 10_001 }));
    expectError("sequence_jump", () => state.ask(jump, { nonce: "n" }));
    const second = importing(feedOf({ sequence: 10_002 }));
    expectError("nonce_replayed", () => state.ask(second, { nonce: "n" }));
    expect(state.writer.feedEvidence("GLOBEX")).toHaveLength(1);
    expect(state.audit("sovereign_revocation_feed_rejected")).toHaveLength(1);
  });

  test("a feed that the tree refuses", () => {
    const document = feedOf();
    const state = new Administered({ feeds: [feed("globex-7", document, false)] });
    expectError("rejected_by_git", () => state.ask(importing(document)));
    expect(state.world.snapshot.feeds).toEqual([]);
  });

  test("a feed of a suspended sovereign", () => {
    const state = knowing({ feed: { url: null, maxAge: null, suspend: true } });
    expect(expectError("feed_suspended", () => state.ask(importing())).status).toBe(409);
    expect(state.world.snapshot.feeds).toEqual([]);
  });

  test("another issuer than the caller expects, and ourselves", () => {
    const state = knowing();
    const expectedIssuer = "INITECH";
    expectError("wrong_issuer", () => state.ask(importing(feedOf(), { expectedIssuer })));
    const own = feedOf({ issuer_sovereign_id: "ACME" }, "authority");
    expectError("wrong_issuer", () =>
      state.ask(importing(own, { issuerPublicKeys: [keyOf("authority").publicKey] })),
    );
    state.ask(importing(feedOf(), { expectedIssuer: "GLOBEX" }));
  });

  test.each([
    ["null", null],
    ["text", "feed"],
    ["no fields", {}],
    ["an id that is no id", { ...JSON.parse(documentJson(feedOf())), feed_id: "a b" }],
  ])("what is no feed: %s", (_case, value) => {
    const state = knowing();
    const error = expectError("invalid_sovereign_revocation_feed", () =>
      state.ask(importing(feedOf(), { feed: value })),
    );
    expect(error.status).toBe(422);
    expect(state.world.snapshot.feeds).toEqual([]);
    expect(state.audit("sovereign_revocation_feed_rejected")).toEqual([]);
  });

  test.each(["GLOBEX\u001b[2J", "G".repeat(257)])("an issuer that is no id: %j", (issuer) => {
    const state = knowing();
    const named = feedOf({ issuer_sovereign_id: issuer });
    expectError("invalid_sovereign_revocation_feed", () =>
      state.ask(importing(named, { issuerPublicKeys: [KEY] })),
    );
    expect(state.world.snapshot.feeds).toEqual([]);
    expect(JSON.stringify(state.audit("admin_request_refused"))).not.toContain("G");
  });
});
