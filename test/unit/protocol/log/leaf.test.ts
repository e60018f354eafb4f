import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { JsonValue } from "../../../../src/model/json.js";
import { canonicalJson } from "../../../../src/protocol/canonical.js";
import { parseJson } from "../../../../src/protocol/json.js";
import {
  ERASED,
  eraseField,
  isErased,
  partsOf,
  type LoggedEvent,
} from "../../../../src/protocol/log/committed.js";
import {
  commitment,
  committedFields,
  leafBytes,
  parseLeaf,
} from "../../../../src/protocol/log/leaf.js";
import { codeOf } from "../expectations.js";

const CONTEXT = { authority: "NORTH", epoch: 2, generation: 7, index: 5 };

const event: LoggedEvent = {
  event_id: "00000000-0000-4000-8000-000000000001",
  event_type: "recognition_treaty_revoked",
  details: { treaty_id: "t-1", reason: "they asked", incident: true, sequence: 3 },
  created_at: "2026-11-23T00:00:00+00:00",
};

function saltsOf(logged: LoggedEvent): ReadonlyMap<string, Uint8Array> {
  return new Map(committedFields(logged).map((field, i) => [field, Buffer.alloc(16, i + 1)]));
}

function leafOf(logged: LoggedEvent): Uint8Array {
  return leafBytes(logged, CONTEXT, saltsOf(logged));
}

describe("leafBytes", () => {
  test("says what is ours to say, and commits to the rest", () => {
    const reason = commitment(Buffer.alloc(16, 1), "reason", "they asked");
    const incident = commitment(Buffer.alloc(16, 2), "incident", true);
    expect(Buffer.from(leafOf(event)).toString()).toBe(
      `{"authority":"NORTH","commitments":{"incident":"${incident}","reason":"${reason}"},` +
        '"created_at":"2026-11-23T00:00:00+00:00","details":{"sequence":3,"treaty_id":"t-1"},"epoch":2,' +
        '"event_id":"00000000-0000-4000-8000-000000000001","event_type":"recognition_treaty_revoked",' +
        '"generation":7,"index":5,"version":1}',
    );
  });

  test("commits to SHA-256(salt, 0, field, 0, canonical JSON)", () => {
    // printf '\0...\0reason\0"x"' | sha256sum, with 16 zero bytes of salt.
    expect(commitment(Buffer.alloc(16), "reason", "x")).toBe(
      "WEf6un7XqWcOM0sRk+E2f04/XqLTSnyGfw5jFjbFvXU=",
    );
  });

  test("needs a salt for each committed field, or its commitment", () => {
    expect(codeOf(() => leafBytes(event, CONTEXT, new Map()))).toBe("log_broken");
    const salts = saltsOf(event);
    const { commitments } = parseLeaf(leafOf(event));
    const left = new Map([...salts].filter(([field]) => field !== "reason"));
    const erased = eraseField(event, "reason");
    expect(leafBytes(erased ?? event, CONTEXT, left, commitments)).toEqual(leafOf(event));
  });

  test.each([
    { why: "a long text", details: { key_id: "k".repeat(201) } },
    { why: "text with spaces", details: { key_id: "two words" } },
    { why: "text beyond ASCII", details: { key_id: "clé" } },
    { why: "an array", details: { key_id: ["k"] } },
    { why: "an object", details: { key_id: { k: 1 } } },
  ])("keeps $why out of the leaf, whatever its name", ({ details }) => {
    expect(committedFields({ ...event, details })).toEqual(["key_id"]);
  });

  test("does not say which attestations there are: their ids open the list of the members", () => {
    const details = { attestation_id: "a-1", id: "a-1", kind: "MembershipAttestation" };
    expect(committedFields({ ...event, details })).toEqual(["attestation_id", "id"]);
  });

  test.each([
    "admin_auth_failed",
    "admin_auth_throttled",
    "membership_attestation_verified",
    "recognition_treaty_verified",
    "treaty_attestation_verified",
  ])("of %s says nothing that a stranger has chosen", (type) => {
    const details = { key_id: "k", treaty_id: "t", accepted: true, count: 3 };
    const logged = { ...event, event_type: type, details };
    expect(committedFields(logged)).toEqual(["key_id", "treaty_id"]);
    expect(partsOf(logged).details).toEqual({ accepted: true, count: 3 });
  });

  test("keeps names that are none of ours, and unknown members, out of the leaf", () => {
    const odd = { ...event, details: { "a reason": "x", "": 1 }, note: "private" };
    const leaf = Buffer.from(leafOf(odd)).toString();
    expect(leaf).not.toMatch(/private|a reason|note/);
    expect(partsOf(odd).committed.get("^")).toEqual({
      details: { "a reason": "x", "": 1 },
      event: { note: "private" },
    });
  });

  test("of any event is short, canonical, and reads as what was logged", () => {
    const json = fc.jsonValue({ maxDepth: 2 }).map((value): JsonValue => {
      const text = JSON.stringify(value, (_, part: unknown) =>
        typeof part === "number"
          ? Math.trunc(part % 1e6) + 0
          : typeof part === "string" && !part.isWellFormed()
            ? ""
            : part,
      );
      return parseJson(text.replaceAll(/-0\b/g, "0"));
    });
    const name = fc.oneof(
      fc.constantFrom("key_id", "reason", "treaty_id"),
      fc.stringMatching(/^[a-z_]{1,70}$/),
      fc.string({ unit: "grapheme" }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(name, json, { maxKeys: 100 }),
        fc.string({ unit: "grapheme" }),
        (details, type) => {
          const logged = { ...event, event_type: type.repeat(20), details };
          const leaf = leafOf(logged);
          expect(leaf.length).toBeLessThan(65_536);
          const parsed = parseLeaf(leaf);
          expect(parsed).toMatchObject({ ...CONTEXT, eventId: event.event_id });
          expect([...parsed.commitments.keys()].toSorted()).toEqual(
            [...committedFields(logged)].toSorted(),
          );
        },
      ),
    );
  });

  test("does not depend on the order in which a row names things", () => {
    const names = Array.from({ length: 90 }, (_, i) => `field_${i}`);
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 90 }), (order) => {
        const details = Object.fromEntries(order.map((field) => [field, 1]));
        const sorted = Object.fromEntries(names.map((field) => [field, 1]));
        const salts = new Map([...names, "^"].map((field) => [field, Buffer.alloc(16)]));
        const leaf = leafBytes({ ...event, details }, CONTEXT, salts);
        expect(leaf).toEqual(leafBytes({ ...event, details: sorted }, CONTEXT, salts));
      }),
      { numRuns: 20 },
    );
  });

  test("of the longest names and texts still fits into an entry bundle", () => {
    const details = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `${"f".repeat(60)}_${String(i).padStart(3, "0")}`,
        "x".repeat(9000),
      ]),
    );
    const own = Object.fromEntries(
      ["key_id", "treaty_id", "commit"].map((n) => [n, "y".repeat(200)]),
    );
    const long = { ...event, event_type: "\u0001".repeat(200), details: { ...own, ...details } };
    expect(leafOf(long).length).toBeLessThan(65_536);
  });
});

describe("parseLeaf", () => {
  const text = Buffer.from(leafOf(event)).toString();

  test.each([
    { why: "no JSON", leaf: text.slice(1) },
    { why: "no object", leaf: "[]" },
    { why: "a space", leaf: text.replace(",", ", ") },
    {
      why: "another order",
      leaf: text.replace('"version":1', '"index":5').replace('"index":5', '"version":1'),
    },
    { why: "a name twice", leaf: text.replace('"epoch":2', '"epoch":2,"epoch":2') },
    { why: "a member more", leaf: text.replace('"version":1', '"version":1,"x":1') },
    { why: "a member less", leaf: text.replace('"epoch":2,', "") },
    { why: "another version", leaf: text.replace('"version":1', '"version":2') },
    { why: "an index that is text", leaf: text.replace('"index":5', '"index":"5"') },
    { why: "an index with a fraction", leaf: text.replace('"index":5', '"index":5.0') },
    { why: "a commitment that is no hash", leaf: text.replace(/"reason":"..../, '"reason":"') },
    { why: "raw UTF-8", leaf: text.replace("NORTH", "é") },
  ])("refuses $why", ({ leaf }) => {
    expect(codeOf(() => parseLeaf(Buffer.from(leaf)))).toBe("log_broken");
  });
});

describe("eraseField", () => {
  test("leaves nothing of the value, and the leaf's public part as it is", () => {
    const erased = eraseField(event, "reason");
    expect(erased?.details["reason"]).toBe(ERASED);
    expect(partsOf(erased ?? event).details).toEqual(partsOf(event).details);
    expect(committedFields(erased ?? event)).toEqual(committedFields(event));
    expect(isErased("reason", ERASED)).toBe(true);
    expect(isErased("reason", "they asked")).toBe(false);
  });

  test("takes odd names and unknown members together", () => {
    const odd = { ...event, details: { "a reason": "x", key_id: "k" }, note: "private" };
    const erased = eraseField(odd, "^") ?? odd;
    expect(canonicalJson(erased)).not.toContain("private");
    expect(isErased("^", partsOf(erased).committed.get("^"))).toBe(true);
    expect(isErased("^", partsOf(odd).committed.get("^"))).toBe(false);
  });

  test("knows no field that the leaf says aloud, or that is not there", () => {
    expect(eraseField(event, "treaty_id")).toBeNull();
    expect(eraseField(event, "other")).toBeNull();
    expect(eraseField(event, "^")).toBeNull();
  });
});
