import { describe, expect, test } from "vitest";
import { documentJson, parseFeed } from "../../../src/protocol/documents.js";
import { parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { AT_7, judge, NOW, revoking } from "../../helpers/judged.js";
import { keyOf } from "../../helpers/keys.js";
import { feedJson } from "../../helpers/signed.js";

describe("a feed that is right", () => {
  test("is imported with its sequence", () => {
    const verdict = judge(AT_7);
    expect(verdict).toMatchObject({ result: "imported", sequence: 7 });
    expect(verdict.result === "imported" ? documentJson(verdict.feed) : null).toBe(AT_7);
  });

  test("may start at 0 and be empty", () => {
    expect(judge(revoking(0, []))).toMatchObject({ result: "imported", sequence: 0 });
  });

  test("need not list again what was imported", () => {
    expect(judge(revoking(8, []), { imported: [AT_7] })).toMatchObject({ result: "imported" });
  });

  test("is signed by any of the issuer's keys", () => {
    const keys = [keyOf("another").publicKey, keyOf("globex").publicKey];
    expect(judge(AT_7, {}, { keys })).toMatchObject({ result: "imported" });
  });
});

describe("a suspended feed", () => {
  test("is not even read", () => {
    expect(judge("nothing", {}, { suspended: true })).toEqual({ result: "suspended" });
    expect(judge(AT_7, {}, { suspended: true })).toEqual({ result: "suspended" });
  });
});

describe("the reference's reasons", () => {
  test("wrong_issuer", () => {
    const json = revoking(7, [], { issuer_sovereign_id: "INITECH" });
    expect(judge(json)).toMatchObject({
      result: "wrong_issuer",
      feed: { id: "feed-7", sequence: 7 },
      evidence: null,
    });
  });

  test("invalid_signature: the key of another sovereign, whatever its label", () => {
    const { body } = parseFeed(parseJson(AT_7));
    const json = documentJson(signDocument(body, "globex-1", keyOf("initech")));
    expect(judge(json)).toMatchObject({ result: "invalid_signature" });
    expect(judge(AT_7, {}, { keys: [] })).toMatchObject({ result: "invalid_signature" });
  });

  test("invalid_signature: one letter is another", () => {
    expect(judge(AT_7.replaceAll('"a"', '"c"'))).toMatchObject({
      result: "invalid_signature",
    });
  });

  test("missing_signature", () => {
    const { signatures: _, ...rest } = JSON.parse(AT_7) as Record<string, unknown>;
    expect(judge(JSON.stringify(rest))).toMatchObject({ result: "missing_signature" });
    expect(judge(JSON.stringify({ ...rest, signatures: [] }))).toMatchObject({
      result: "missing_signature",
    });
  });

  test("stale_sequence, whether or not it is signed", () => {
    const old = revoking(6, ["a"]);
    const history = { imported: [AT_7] };
    expect(judge(old, history)).toMatchObject({ result: "stale_sequence", evidence: null });
    expect(judge(old.replaceAll('"a"', '"x"'), history)).toMatchObject({
      result: "stale_sequence",
    });
    expect(judge(old)).toMatchObject({ result: "imported" });
  });

  test("stale_sequence: an imported feed comes again after a newer one", () => {
    const history = { imported: [AT_7, revoking(8, ["a", "b", "c"])] };
    expect(judge(AT_7, history)).toMatchObject({ result: "stale_sequence", evidence: null });
  });
});

describe("the imported sequence again", () => {
  const history = { imported: [AT_7] };

  test("in the same bytes is unchanged", () => {
    expect(judge(AT_7, history)).toMatchObject({
      result: "unchanged",
      imported: { feedId: "feed-7", sequence: 7 },
    });
  });

  test("in other bytes of the same meaning is unchanged", () => {
    const spaced = JSON.stringify(JSON.parse(AT_7), null, 2);
    expect(judge(spaced, history)).toMatchObject({ result: "unchanged" });
  });

  test("with the same content and a newer signature is refreshed", () => {
    const issued_at = parseTimestamp("2026-11-22T00:00:00Z");
    const again = revoking(7, ["a", "b"], { feed_id: "another", issued_at });
    expect(judge(again, history)).toMatchObject({
      result: "refreshed",
      issuedAt: issued_at,
      imported: { feedId: "feed-7" },
    });
  });

  test("with the same content and an older signature is unchanged", () => {
    const issued_at = parseTimestamp("2025-11-22T00:00:00Z");
    const again = revoking(7, ["a", "b"], { feed_id: "another", issued_at });
    expect(judge(again, history)).toMatchObject({ result: "unchanged" });
  });

  test("without grants that have lapsed since is no contradiction", () => {
    const imported = [revoking(7, ["a", "b"], { revoked_grant_ids: ["g"] })];
    const later = revoking(7, ["a", "b"], {
      feed_id: "another",
      issued_at: parseTimestamp("2026-11-22T00:00:00Z"),
    });
    expect(judge(later, { imported })).toMatchObject({ result: "refreshed" });
  });

  test("not signed by a key of now does not count", () => {
    const keys = [keyOf("globex successor").publicKey];
    expect(judge(AT_7, history, { keys })).toMatchObject({ result: "invalid_signature" });
  });
});

describe("equivocation", () => {
  const history = { imported: [AT_7] };
  const equivocation = { result: "equivocation", evidence: "equivocation" };

  test.each([
    ["one revocation less", revoking(7, ["a"])],
    ["one revocation more", revoking(7, ["a", "b", "c"])],
    ["another revocation", revoking(7, ["a", "c"])],
    ["another reason", revoking(7, ["a", "b"], { revocation_reasons: { a: "left", b: "theft" } })],
    ["a reason less", revoking(7, ["a", "b"], { revocation_reasons: { a: "left" } })],
  ])("the same sequence with %s", (_what, json) => {
    expect(judge(json, history)).toMatchObject(equivocation);
  });

  test("of a sequence below the highest", () => {
    const imported = [AT_7, revoking(8, ["a", "b"])];
    expect(judge(revoking(7, ["a"]), { imported })).toMatchObject(equivocation);
  });

  test("one id with two sequences", () => {
    const json = revoking(8, ["a", "b"], { feed_id: "feed-7" });
    expect(judge(json, history)).toMatchObject(equivocation);
  });

  test("the id of another issuer's feed", () => {
    const foreign = [feedJson({ feed_id: "feed-8", issuer_sovereign_id: "INITECH" })];
    const verdict = judge(revoking(8, []), { ...history, foreign });
    expect(verdict).toMatchObject({ ...equivocation, message: expect.stringContaining("INITECH") });
  });

  test("is not proven by what nobody signed", () => {
    const { body } = parseFeed(parseJson(revoking(7, ["a"])));
    const forged = documentJson(signDocument(body, "globex-1", keyOf("initech")));
    expect(judge(forged, history)).toMatchObject({ result: "invalid_signature", evidence: null });
  });
});

describe("sequence_jump", () => {
  const jump = { result: "sequence_jump", evidence: "sequence_jump" };

  test("over the limit above the highest is refused, at the limit it is not", () => {
    const history = { imported: [AT_7] };
    expect(judge(revoking(10_007, []), history)).toMatchObject({ result: "imported" });
    expect(judge(revoking(10_008, []), history)).toMatchObject(jump);
  });

  test("is measured from 0 at first", () => {
    expect(judge(revoking(10_000, []))).toMatchObject({ result: "imported" });
    expect(judge(revoking(10_001, []))).toMatchObject(jump);
  });

  test.each([2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n])("to %s is refused", (sequence) => {
    expect(judge(revoking(sequence, []))).toMatchObject({ ...jump, feed: { sequence } });
  });

  test("beyond 2^53 - 1 is refused under any limit", () => {
    const limit = { maxSequenceJump: Number.MAX_SAFE_INTEGER };
    expect(judge(revoking(2n ** 53n, []), {}, limit)).toMatchObject(jump);
    expect(judge(revoking(2 ** 53 - 1, []), {}, limit)).toMatchObject({ result: "imported" });
  });

  test("is not proven by what nobody signed", () => {
    const { body } = parseFeed(parseJson(revoking(99_999, [])));
    const forged = documentJson(signDocument(body, "globex-1", keyOf("initech")));
    expect(judge(forged)).toMatchObject({ result: "invalid_signature", evidence: null });
  });
});

describe("from_the_future", () => {
  const at = (seconds: number, sequence = 8): string =>
    revoking(sequence, ["a", "b"], {
      feed_id: "dated",
      issued_at: parseTimestamp(new Date(Number(NOW / 1000n) + seconds * 1000).toISOString()),
    });

  test("five minutes are tolerated, and no more", () => {
    expect(judge(at(300))).toMatchObject({ result: "imported" });
    expect(judge(at(301))).toMatchObject({ result: "from_the_future", evidence: null });
    expect(judge(at(301), {}, { now: plusSeconds(NOW, 1) })).toMatchObject({ result: "imported" });
  });

  test("an imported feed does not become fresh ahead of time", () => {
    const history = { imported: [AT_7] };
    expect(judge(at(300, 7), history)).toMatchObject({ result: "refreshed" });
    expect(judge(at(301, 7), history)).toMatchObject({ result: "from_the_future" });
  });
});

describe("rejected_by_git", () => {
  test("a feed that git refused", () => {
    const history = { rejected: [AT_7] };
    expect(judge(AT_7, history)).toMatchObject({ result: "rejected_by_git", evidence: null });
  });

  test("what it said under a new id and signature", () => {
    const issued_at = parseTimestamp("2026-11-22T00:00:00Z");
    const again = revoking(7, ["a", "b"], { feed_id: "another", issued_at });
    expect(judge(again, { rejected: [AT_7] })).toMatchObject({ result: "rejected_by_git" });
  });

  test("is not a contradiction of the one that git accepted", () => {
    const history = {
      imported: [revoking(7, ["a"])],
      rejected: [AT_7.replace("feed-7", "feed-7b")],
    };
    expect(judge(AT_7, history)).toMatchObject({ result: "rejected_by_git" });
  });

  test("leaves its sequence to a feed that says something else", () => {
    const corrected = revoking(7, ["a"], { feed_id: "corrected" });
    expect(judge(corrected, { rejected: [AT_7] })).toMatchObject({ result: "imported" });
  });
});
