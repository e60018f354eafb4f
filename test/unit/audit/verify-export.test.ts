import { describe, expect, test } from "vitest";
import { exportProofs, type ProofExportOptions } from "../../../src/audit/export-proofs.js";
import { verifyExport } from "../../../src/audit/verify-export.js";
import type { Verification } from "../../../src/audit/verification.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { commitment } from "../../../src/protocol/log/leaf.js";
import { vkeyOf } from "../../../src/protocol/log/note.js";
import { KEY, ORIGIN, VKEY, auditedLog, event, revocations } from "../../helpers/audited.js";
import { keyOf } from "../../helpers/keys.js";

const log = auditedLog(revocations(9));
const FULL = linesOf({});
const PARTIAL = linesOf({
  filter: { since: "2026-11-23T00:00:03Z", until: "2026-11-23T00:00:06Z" },
});

function linesOf(options: Partial<ProofExportOptions>, of = log): readonly string[] {
  const whole = { key: KEY.publicKey, filter: {}, hidden: new Set<string>() };
  return [...exportProofs(of.source, { ...whole, ...options })];
}

function verified(lines: readonly string[], key: string | null = VKEY): Verification {
  return verifyExport(lines, { key, since: null });
}

/** The lines of a text, as they are read from a file. */
function split(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

describe("an export of the whole log", () => {
  test("verifies without any proof, for its entries make the root", () => {
    expect(FULL).toHaveLength(11);
    expect(FULL.join("")).toContain('"proof":[]');
    expect(verified(FULL)).toMatchObject({
      verified: true,
      origin: ORIGIN,
      size: 9,
      entries: 9,
      signed_size: 9,
      key_from: "given",
      disclosed: 18,
      hidden: 0,
    });
  });

  test("verifies by its own word for the key, and says so", () => {
    expect(verified(FULL, null)).toMatchObject({ verified: true, key_from: "export", vkey: VKEY });
    expect(verified(FULL, KEY.publicKey)).toMatchObject({ verified: true, key_from: "given" });
  });

  test("is refused under another key, and under another log's", () => {
    for (const key of [keyOf("other").publicKey, vkeyOf("SOUTH/audit", KEY.publicKey)])
      expect(verified(FULL, key).fault).toMatchObject({ fault: "checkpoint_refused", index: null });
  });

  test("verifies when one of several keys has signed it", () => {
    const keys = `${keyOf("other").publicKey}\n${VKEY}`;
    expect(verified(FULL, keys)).toMatchObject({ verified: true, signed_size: 9 });
  });

  test("of an empty log, and up to the checkpoint of one that goes on", () => {
    expect(verified(linesOf({}, auditedLog([])))).toMatchObject({ verified: true, entries: 0 });
    expect(verified(linesOf({}, auditedLog(revocations(9), 7)))).toMatchObject({
      verified: true,
      entries: 7,
    });
  });

  test("is compared with an earlier checkpoint", () => {
    const since = auditedLog(revocations(4)).head.checkpoint ?? "";
    expect(verifyExport(FULL, { key: VKEY, since })).toMatchObject({
      verified: true,
      extends: [4],
    });
    const other =
      auditedLog([...revocations(3), event(3, { reason: "other" })]).head.checkpoint ?? "";
    expect(verifyExport(FULL, { key: VKEY, since: other }).fault).toMatchObject({
      fault: "not_an_extension",
    });
    const later = auditedLog(revocations(12)).head.checkpoint;
    expect(verifyExport(FULL, { key: VKEY, since: later }).fault).toMatchObject({
      fault: "tail_truncated",
      index: 9,
    });
    expect(verifyExport(PARTIAL, { key: VKEY, since }).fault?.fault).toBe("not_an_extension");
  });
});

describe("an export of a part", () => {
  test("proves each entry, and whether all of the range is there", () => {
    expect(verified(PARTIAL)).toMatchObject({ verified: true, size: 9, entries: 3 });
    expect(PARTIAL[0]).toContain('"complete":true');
    const events = [...revocations(3), event(3, {}, "plan_applied"), event(4, {})];
    const of = auditedLog(events);
    const lines = linesOf({ filter: { type: "recognition_treaty_revoked" } }, of);
    expect(lines[0]).toContain('"complete":false');
    expect(verified(lines)).toMatchObject({ verified: true, entries: 4 });
  });

  test("may hold nothing", () => {
    expect(verified(linesOf({ filter: { type: "none" } }))).toMatchObject({
      verified: true,
      entries: 0,
    });
  });
});

describe("a line", () => {
  test.each([
    { name: "whole", lines: FULL },
    { name: "partial", lines: PARTIAL },
  ])("that is missing, doubled or moved is noticed in a $name export", ({ lines }) => {
    for (let i = 0; i < lines.length; i++) {
      expect(verified(lines.toSpliced(i, 1)).verified).toBe(false);
      expect(verified(lines.toSpliced(i, 0, lines[i] ?? "")).verified).toBe(false);
      if (i > 0)
        expect(verified(lines.toSpliced(i, 1).toSpliced(i - 1, 0, lines[i] ?? "")).verified).toBe(
          false,
        );
    }
  });

  test("that is missing is named", () => {
    expect(verified(FULL.toSpliced(4, 1)).fault).toMatchObject({ fault: "index_gap", index: 3 });
    expect(verified(FULL.slice(0, -1)).fault).toMatchObject({ fault: "tail_truncated", index: 9 });
    expect(verified(FULL.toSpliced(8, 2)).fault).toMatchObject({
      fault: "tail_truncated",
      index: 7,
    });
    expect(verified([]).fault).toMatchObject({ fault: "export_damaged", index: null });
  });
});

/** What must be said of a change within a member's value. */
const REASONS: readonly (readonly [member: RegExp, fault: RegExp])[] = [
  [/^"hash"/, /^leaf_altered$/],
  [/^"leaf"/, /^leaf_(altered|unreadable)$/],
  [/^"proof"/, /^proof_refused$/],
  [/^"(salt|value|disclose|by|reason)"/, /^commitment_mismatch$/],
  [/^"i"/, /^(index_gap|leaf_altered|proof_refused)$/],
  [/^"(checkpoint|vkey|origin)"/, /^checkpoint_refused$/],
  [
    /^"(count|sha256|format|range|complete|type)"/,
    /^(export_damaged|index_gap|tail_truncated|proof_refused|checkpoint_refused)$/,
  ],
];

/** The member whose value the place lies in: the last name before it. */
function memberAt(line: string, place: number): string {
  return line.slice(0, place).match(/"[a-z0-9_]+":(?!.*"[a-z0-9_]+":)/)?.[0] ?? "";
}

describe("a single changed byte", () => {
  test.each([
    { name: "whole", lines: FULL },
    { name: "partial", lines: PARTIAL },
  ])("is noticed anywhere in a $name export, with the right reason", ({ lines }) => {
    const text = lines.join("");
    const starts = lines.map((_, i) => lines.slice(0, i).join("").length);
    for (let place = 0; place < text.length; place++) {
      const code = text.charCodeAt(place);
      // The nearest character of the same kind, so that the JSON mostly stays JSON.
      const other = String.fromCharCode(
        /[0-9A-Za-z]/.test(text[place] ?? "") ? code ^ 1 : code + 1,
      );
      const { fault } = verified(split(text.slice(0, place) + other + text.slice(place + 1)));
      const start = starts.findLast((first) => first <= place) ?? 0;
      const line = lines[starts.indexOf(start)] ?? "";
      const member = memberAt(line, place - start);
      const [, expected] = REASONS.find(([name]) => name.test(member)) ?? [];
      const said = fault?.fault ?? "verified";
      if (said !== "export_damaged" && expected !== undefined)
        expect(said, `${member} at ${place}: ${other}`).toMatch(expected);
      else expect(said, `${member} at ${place}: ${other}`).toBe("export_damaged");
    }
  });

  test("is noticed however well the footer is made again", () => {
    const text = FULL.join("").replace("reason 3", "reason 4");
    expect(verified(split(text)).fault).toMatchObject({ fault: "commitment_mismatch", index: 3 });
  });
});

describe("hidden values", () => {
  const words = Array.from({ length: 10_000 }, (_, i) => `word-${i}`);
  const of = auditedLog([
    event(0, { treaty_id: "t-0", reason: "word-4711", remote_addr: "192.0.2.1" }),
    event(1, { treaty_id: "t-1", reason: "word-4711", remote_addr: "192.0.2.1" }),
  ]);

  test("stay out of the file, which still verifies", () => {
    const text = linesOf({ hidden: new Set(["reason"]) }, of).join("");
    expect(text).not.toContain("word-4711");
    expect(text).toContain("192.0.2.1");
    expect(verified(split(text))).toMatchObject({ verified: true, disclosed: 2, hidden: 2 });
    const none = linesOf({ hidden: "all" }, of).join("");
    expect(none).not.toMatch(/word-4711|192\.0\.2\.1|"salt"/);
    expect(verified(split(none))).toMatchObject({ verified: true, disclosed: 0, hidden: 4 });
  });

  test("cannot be found with a list of ten thousand words", () => {
    const text = linesOf({ hidden: "all" }, of).join("");
    const leaves = [...text.matchAll(/"leaf":"([^"]+)"/g)].map(([, leaf = ""]) =>
      Buffer.from(leaf, "base64").toString(),
    );
    const commitments = leaves.map((leaf) => /"reason":"([^"]+)"/.exec(leaf)?.[1] ?? "");
    // Every salt that the file could lend: none, zeros, and whatever 16 bytes of the leaves and the header.
    const salts = [Buffer.alloc(0), Buffer.alloc(16), Buffer.from(text).subarray(0, 16)];
    for (const word of words)
      for (const salt of salts) expect(commitments).not.toContain(commitment(salt, "reason", word));
    // The same value twice cannot be told from two values.
    expect(commitments[0]).not.toBe(commitments[1]);
    // With the salt the right word is found: the list holds it.
    const salt = of.salts[0]?.get("reason") ?? Buffer.alloc(0);
    expect(words.filter((word) => commitment(salt, "reason", word) === commitments[0])).toEqual([
      "word-4711",
    ]);
  });

  test("that may be a secret are never disclosed", () => {
    const secret = auditedLog([
      event(0, {
        admin_token: "canary",
        body: { a: { nonce: "canary" } },
        reason: { token: "canary" },
      }),
    ]);
    const text = linesOf({}, secret).join("");
    expect(text).not.toContain("canary");
    expect(verified(split(text))).toMatchObject({ verified: true, disclosed: 0, hidden: 3 });
  });

  test("of another field cannot be passed off as this one", () => {
    const text = linesOf({}, of).join("");
    const swapped = text.replace(/"reason":\{[^}]*\},"remote_addr":(\{[^}]*\})/, '"reason":$1');
    expect(verified(split(swapped)).fault).toMatchObject({
      fault: "commitment_mismatch",
      index: 0,
    });
  });
});

test("an unsigned log has nothing to prove", () => {
  expect(() => linesOf({}, auditedLog(revocations(2), -1))).toThrow("no signed checkpoint");
});

test("every line is canonical JSON", () => {
  for (const line of [...FULL, ...PARTIAL]) {
    const value: unknown = JSON.parse(line);
    expect(`${canonicalJson(value as never)}\n`).toBe(line);
  }
});
