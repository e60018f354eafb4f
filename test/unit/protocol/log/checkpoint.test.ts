import { describe, expect, test } from "vitest";
import {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from "../../../../src/protocol/log/checkpoint.js";
import { formatNote, vkeyOf } from "../../../../src/protocol/log/note.js";
import { keyOf } from "../../../helpers/keys.js";
import { numberedLog } from "../../../helpers/memory-log.js";
import { codeOf } from "../expectations.js";

const log = numberedLog(5);
const head = { size: 5, root: log.roots[5] ?? new Uint8Array() };
const origin = "NORTH/audit";
const signer = keyOf("north");
const vkey = vkeyOf(origin, signer.publicKey);
const text = formatCheckpoint(origin, head.size, head.root);

function signed(changed: string): string {
  return formatNote(changed, origin, signer);
}

describe("verifyCheckpoint", () => {
  test("gives what was signed", () => {
    const note = signCheckpoint(head, origin, signer);
    expect(note).toBe(signed(text));
    expect(verifyCheckpoint(note, vkey, origin)).toEqual({ origin, ...head });
    expect(verifyCheckpoint(note, [vkey])).toEqual({ origin, ...head });
  });

  test("reads the head of an empty log", () => {
    expect(parseCheckpoint(signed(text.replace("\n5\n", "\n0\n"))).size).toBe(0);
  });

  test.each([
    { why: "a size with a leading zero", note: () => text.replace("\n5\n", "\n05\n") },
    { why: "a size with a sign", note: () => text.replace("\n5\n", "\n+5\n") },
    { why: "a negative size", note: () => text.replace("\n5\n", "\n-5\n") },
    { why: "a size with a fraction", note: () => text.replace("\n5\n", "\n5.0\n") },
    {
      why: "a size that no number holds",
      note: () => text.replace("\n5\n", "\n9007199254740992\n"),
    },
    { why: "no size", note: () => text.replace("\n5\n", "\n") },
    { why: "an extension line", note: () => `${text}extension\n` },
    { why: "an empty line at the end", note: () => `${text}\n` },
    { why: "no origin", note: () => text.replace(origin, "") },
    { why: "a short root", note: () => `${origin}\n5\nAAAA\n` },
    { why: "a root without padding", note: () => text.replace("=\n", "\n") },
    { why: "two lines", note: () => `${origin}\n5\n` },
  ])("refuses $why, however well it is signed", ({ note }) => {
    expect(codeOf(() => verifyCheckpoint(signed(note()), vkey))).toBe("bad_checkpoint");
  });

  test("refuses CRLF and a missing last line break", () => {
    const note = signed(text);
    expect(codeOf(() => parseCheckpoint(note.replaceAll("\n", "\r\n")))).toBe("bad_note");
    expect(codeOf(() => parseCheckpoint(note.slice(0, -1)))).toBe("bad_note");
  });

  test("refuses another log's checkpoint, and one of an unknown key", () => {
    const note = signed(text);
    expect(codeOf(() => verifyCheckpoint(note, vkey, "SOUTH/audit"))).toBe("bad_checkpoint");
    const stranger = vkeyOf(origin, keyOf("south").publicKey);
    expect(codeOf(() => verifyCheckpoint(note, stranger, origin))).toBe("bad_note");
  });
});
