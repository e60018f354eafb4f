import { describe, expect, test } from "vitest";
import { parsePublicKey } from "../../../../src/protocol/public-key.js";
import {
  formatNote,
  openNote,
  parseNote,
  parseVkey,
  vkeyOf,
} from "../../../../src/protocol/log/note.js";
import { keyOf } from "../../../helpers/keys.js";
import { codeOf } from "../expectations.js";

/** The example of c2sp.org/signed-note. */
const EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

const signer = keyOf("north");
const name = "NORTH/audit";
const vkey = vkeyOf(name, signer.publicKey);
const note = formatNote("one\n\ntwo\n", name, signer);

/** Signature lines of keys that nobody knows. */
function strangers(count: number): string {
  return Array.from({ length: count }, (_, i) => `— stranger${i} AAAAAAAA\n`).join("");
}

describe("openNote", () => {
  test("opens the specification's example with its key", () => {
    expect(openNote(EXAMPLE, [EXAMPLE_KEY]).text).toBe("This is an example message.\n");
  });

  test("opens our own, whose text may hold empty lines", () => {
    expect(openNote(note, [EXAMPLE_KEY, vkey]).text).toBe("one\n\ntwo\n");
  });

  test("accepts 17 signatures, and as many as 64", () => {
    expect(openNote(note + strangers(16), [vkey]).signatures).toHaveLength(17);
    expect(openNote(note + strangers(63), [vkey]).signatures).toHaveLength(64);
    expect(codeOf(() => openNote(note + strangers(64), [vkey]))).toBe("bad_note");
  });

  test("refuses a note that only strangers have signed", () => {
    expect(codeOf(() => openNote(note, [EXAMPLE_KEY]))).toBe("bad_note");
    expect(codeOf(() => openNote(note, []))).toBe("bad_note");
  });

  test("refuses the known name and id over the signature of another key", () => {
    const imposter = keyOf("imposter");
    const [line = ""] = note.split("— ").slice(-1);
    const id = Buffer.from(line.split(" ")[1] ?? "", "base64").subarray(0, 4);
    const forged = Buffer.from(imposter.sign(Buffer.from("one\n\ntwo\n")), "base64");
    const blob = Buffer.concat([id, forged]).toString("base64");
    expect(codeOf(() => openNote(`one\n\ntwo\n\n— ${name} ${blob}\n`, [vkey]))).toBe("bad_note");
  });

  test("refuses a known key's signature that fails beside one that holds", () => {
    const other = vkeyOf("OTHER", signer.publicKey);
    const both = formatNote("text\n", name, signer) + formatNote("lie\n", "OTHER", signer).slice(5);
    expect(codeOf(() => openNote(both, [vkey, other]))).toBe("bad_note");
    expect(openNote(both, [vkey]).text).toBe("text\n");
  });

  test("refuses any single changed character of the text", () => {
    for (let i = 0; i < "one\n\ntwo\n".length; i++) {
      const changed = `${note.slice(0, i)}x${note.slice(i + 1)}`;
      expect(codeOf(() => openNote(changed, [vkey]))).toBe("bad_note");
    }
  });
});

describe("parseNote", () => {
  test.each([
    { why: "nothing", text: "" },
    { why: "no last line break", text: note.slice(0, -1) },
    { why: "no signature", text: "one\n\n" },
    { why: "no empty line", text: "one\n— stranger AAAAAAAA\n" },
    { why: "no text", text: "\n\n— stranger AAAAAAAA\n".slice(1) },
    { why: "CRLF line ends", text: note.replaceAll("\n", "\r\n") },
    { why: "a tab", text: note.replace("one", "o\tne") },
    { why: "a zero byte", text: note.replace("one", "o\0ne") },
    { why: "half a character", text: note.replace("one", "\ud800") },
    { why: "a hyphen for the dash", text: note.replace("— ", "- ") },
    { why: "two spaces", text: note.replace("— ", "—  ") },
    { why: "a space behind the signature", text: note.replace(/\n$/, " \n") },
    { why: "a name with a plus", text: note.replace(name, "NORTH+audit") },
    { why: "a name with a no-break space", text: note.replace(name, "NORTH\u00a0audit") },
    { why: "no name", text: note.replace(`${name} `, "") },
    { why: "base64 without its padding", text: note.replace(/=*\n$/, "\n") },
    { why: "base64 with bits that mean nothing", text: "a\n\n— stranger AAAAAAB=\n" },
    { why: "a signature of nothing but an id", text: "a\n\n— stranger AAAAAA==\n" },
    { why: "an empty line behind", text: `${note}\n` },
  ])("refuses $why", ({ text }) => {
    expect(codeOf(() => parseNote(text))).toBe("bad_note");
  });

  test("takes the last empty line for the end of the text", () => {
    expect(parseNote("a\n\n— b\n\n— stranger AAAAAAAA\n").text).toBe("a\n\n— b\n");
  });
});

describe("formatNote", () => {
  test("writes the specification's form", () => {
    expect(note).toMatch(/^one\n\ntwo\n\n— NORTH\/audit [A-Za-z0-9+/]{91}=\n$/);
  });

  test.each([
    { why: "a text without its line break", text: "one", as: name },
    { why: "a control character", text: "o\u0007ne\n", as: name },
    { why: "an empty name", text: "one\n", as: "" },
    { why: "a name with a space", text: "one\n", as: "NORTH audit" },
  ])("refuses $why", ({ text, as }) => {
    expect(codeOf(() => formatNote(text, as, signer))).toBe("bad_note");
  });
});

describe("verifier keys", () => {
  test("the specification's example reads and writes the same", () => {
    const { name: parsed, id, publicKey } = parseVkey(EXAMPLE_KEY);
    expect([parsed, id]).toEqual(["example.com/foo", 0x530d903a]);
    expect(vkeyOf(parsed, publicKey)).toBe(EXAMPLE_KEY);
  });

  test.each([
    { why: "another id", vkey: EXAMPLE_KEY.replace("530d903a", "530d903b") },
    { why: "an id in capitals", vkey: EXAMPLE_KEY.replace("530d903a", "530D903A") },
    { why: "another name", vkey: EXAMPLE_KEY.replace("foo", "bar") },
    { why: "another type", vkey: EXAMPLE_KEY.replace("+Aeky", "+Beky") },
    { why: "a short key", vkey: EXAMPLE_KEY.slice(0, -4) },
    { why: "no name", vkey: EXAMPLE_KEY.replace("example.com/foo", "") },
    { why: "nothing", vkey: "" },
  ])("refuses $why", ({ vkey: text }) => {
    expect(codeOf(() => parseVkey(text))).toBe("bad_note");
  });

  test("refuses a key under which anybody can sign", () => {
    const weak = Buffer.concat([Buffer.of(1, 1), Buffer.alloc(31)]).toString("base64");
    expect(codeOf(() => parseVkey(`a+00000000+${weak}`))).toBe("bad_public_key");
  });

  test("is of one key and one name", () => {
    expect(vkeyOf("A", parsePublicKey(signer.publicKey))).not.toBe(vkeyOf("B", signer.publicKey));
  });
});
