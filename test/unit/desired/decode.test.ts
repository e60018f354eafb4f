import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { faultsOf, OPERATOR, yaml } from "./trust-tree.js";

const TEXT = yaml("OperatorKey", "root", OPERATOR);

function faults(content: string | Uint8Array): readonly string[] {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return faultsOf(parseFile("f.yaml", "0", bytes, DEFAULT_LIMITS));
}

function withBytes(...bytes: readonly number[]): Uint8Array {
  return Buffer.concat([Buffer.from("# comment "), Buffer.from(bytes), Buffer.from(`\n${TEXT}`)]);
}

test("plain text has no faults", () => {
  expect(faults(TEXT)).toEqual([]);
  expect(faults(`# größe, 漢字, 😀 and ❤️\n${TEXT}`)).toEqual([]);
});

test.each([
  ["a continuation byte alone", [0x80]],
  ["a cut sequence", [0xe2, 0x82]],
  ["an overlong slash", [0xc0, 0xaf]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a byte that UTF-8 never uses", [0xff]],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
])("%s is not UTF-8, and the place is that of the byte", (_, bytes) => {
  expect(faults(withBytes(...bytes))).toEqual(["f.yaml:1:11 not_utf8"]);
  // A replacement character that stands there by right is not taken for the fault.
  expect(faults(withBytes(0xef, 0xbf, 0xbd, ...bytes))).toEqual(["f.yaml:1:12 not_utf8"]);
});

test.each(["utf16le", "latin1"] as const)("text in %s is refused", (encoding) => {
  const [fault] = faults(Buffer.from("# ä ä\nkind: x\n", encoding));
  expect(fault).toBe(encoding === "latin1" ? "f.yaml:1:3 not_utf8" : "f.yaml:1:1 utf16");
});

test.each([
  ["little endian with a mark", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["big endian with a mark", Buffer.from(`\ufeff${TEXT}`, "utf16le").swap16()],
  ["little endian", Buffer.from(TEXT, "utf16le")],
  ["big endian", Buffer.from(TEXT, "utf16le").swap16()],
])("UTF-16 in %s order is called by its name", (_, bytes) => {
  expect(faults(bytes)).toEqual(["f.yaml:1:1 utf16"]);
});

test("a byte order mark is refused, and everything after it is still checked", () => {
  expect(faults(`\ufeff${TEXT}`)).toEqual(["f.yaml:1:1 byte_order_mark"]);
  expect(faults(`\ufeff${TEXT}extra: 1\n`)).toEqual([
    "f.yaml:1:1 byte_order_mark",
    "f.yaml:10:1 unknown_field",
  ]);
});

test.each([
  ["NUL", "\0", "control_character"],
  ["backspace", "\b", "control_character"],
  ["escape", "\u001b", "control_character"],
  ["delete", "\u007f", "control_character"],
  ["next line", "\u0085", "control_character"],
  ["line separator", "\u2028", "control_character"],
  ["paragraph separator", "\u2029", "control_character"],
  ["a carriage return alone", "\rx", "control_character"],
  ["a noncharacter", "\ufffe", "control_character"],
  ["right-to-left override", "\u202e", "bidi_control"],
  ["right-to-left isolate", "\u2067", "bidi_control"],
  ["arabic letter mark", "\u061c", "bidi_control"],
  ["zero width space", "\u200b", "invisible_character"],
  ["zero width joiner", "\u200d", "invisible_character"],
  ["byte order mark inside", "\ufeff", "invisible_character"],
  ["soft hyphen", "\u00ad", "invisible_character"],
  ["hangul filler", "\u3164", "invisible_character"],
  ["a tag character", "\u{e0041}", "invisible_character"],
  ["a variation selector beyond the sixteenth", "\u{e0101}", "invisible_character"],
])("%s is refused in a comment and in a value", (_, character, code) => {
  expect(faults(`# note ${character}\n${TEXT}`)).toEqual([`f.yaml:1:8 ${code}`]);
  const inValue = TEXT.replace("the root operator", `the ${character}`);
  expect(faults(inValue)).toEqual([`f.yaml:9:15 ${code}`]);
});

test("all refused characters of a file are reported, with its other faults", () => {
  const text = TEXT.replace("the root", "the \u202e\u200b root").replace(
    "tier: privileged",
    "tier: no",
  );
  expect(faults(text)).toEqual([
    "f.yaml:8:9 ambiguous_scalar",
    "f.yaml:9:15 bidi_control",
    "f.yaml:9:16 invisible_character",
  ]);
});

test("a refused character in a key is reported once, and not as a missing field", () => {
  expect(faults(TEXT.replace("keyId", "key\u200bId"))).toEqual(["f.yaml:6:6 invisible_character"]);
});

test("an excerpt shows no character that a terminal would act on, and keeps its columns", () => {
  const { diagnostics } = parseFile(
    "f.yaml",
    "0",
    Buffer.from("kind: \u001b[31m\u202e\tx\n"),
    DEFAULT_LIMITS,
  );
  expect(diagnostics[0]?.excerpt).toBe("kind: \ufffd[31m\ufffd\tx");
});

const CANARY = "canary-0d9f4c";

test.each([
  [`kind: Nothing  # ${CANARY}`, "kind: Nothing"],
  [`kind: Nothing\t#${CANARY}`, "kind: Nothing"],
  [`kind: "Nothing"#${CANARY}`, 'kind: "Nothing"'],
  [`kind: [Nothing]#${CANARY}`, "kind: [Nothing]"],
  [`kind: |#${CANARY}`, "kind: |"],
  [`kind: "Nothing # ${CANARY}" x`, 'kind: "Nothing'],
  [`kind: it's # ${CANARY}`, "kind: it's"],
  [`%YAML 1.2 # ${CANARY}`, "%YAML 1.2"],
  [`kind: no#thing # ${CANARY}`, "kind: no#thing"],
])("no comment is shown of %s", (line, excerpt) => {
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(`${line}\n`), DEFAULT_LIMITS);
  expect(diagnostics.map((each) => each.excerpt?.trimEnd())).toContain(excerpt);
  expect(JSON.stringify(diagnostics)).not.toContain(CANARY);
});

test("a fault inside of a comment keeps its column, and shows nothing of it", () => {
  const text = `kind: x # ${CANARY}\u001b\n# ${CANARY}\u001b\n`;
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(diagnostics.filter(({ code }) => code === "control_character")).toMatchObject([
    { line: 1, column: 24, excerpt: `kind: x${" ".repeat(16)}` },
    { line: 2, column: 16, excerpt: null },
  ]);
  expect(JSON.stringify(diagnostics)).not.toContain(CANARY);
});

test("a file over its limit is refused unread", () => {
  const limits = { ...DEFAULT_LIMITS, fileBytes: 100 };
  const { diagnostics, resources } = parseFile("f.yaml", "0", Buffer.from(TEXT), limits);
  expect(diagnostics.map(({ code }) => code)).toEqual(["limit"]);
  expect(resources).toEqual([]);
});
