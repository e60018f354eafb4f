/** Which characters a text may hold, and how untrusted text is shown (docs/threats.md Y9, F14). */
import type { DiagnosticCode } from "./diagnostic-codes.js";

type CharacterCode = Extract<
  DiagnosticCode,
  "control_character" | "bidi_control" | "invisible_character" | "lone_surrogate"
>;

export interface RefusedCharacter {
  readonly code: CharacterCode;
  readonly offset: number;
  /** UTF-16 code units. */
  readonly length: number;
  /** `U+202E`. */
  readonly name: string;
}

const PLAIN = /^[\t\n\x20-\x7e]*$/;

// Line and paragraph separators and the C1 block break lines for some readers, so they stand with the controls.
// A carriage return is one half of a line ending, or it is refused.
// Besides format characters: the fillers that show as nothing, and the ideographic variation selectors. The emoji
// variation selectors (FE0E, FE0F) change how a character looks and are let through.
const REFUSED =
  /(?<control>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n))|(?<bidi>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])|(?<invisible>[\p{Cf}\u034f\u115f\u1160\u3164\uffa0\u{e0100}-\u{e01ef}])|\p{Cs}/gu;

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/gu;
const SHOWN_LENGTH = 60;

/** The characters of a text that are refused, in order. Plain ASCII costs one test. */
export function refusedCharacters(text: string): readonly RefusedCharacter[] {
  if (PLAIN.test(text)) return [];
  return [...text.matchAll(REFUSED)].map(({ 0: character, index, groups = {} }) => ({
    code: codeOf(groups),
    offset: index,
    length: character.length,
    name: nameOf(character),
  }));
}

/** A text in quotes, cut to a readable length, with everything escaped that a terminal might act on. */
export function quoted(text: string): string {
  const cut = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH - 1)}…` : text;
  return printable(JSON.stringify(cut));
}

/** The text with every unprintable character escaped. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${codePointOf(character).toString(16)}}`);
}

/** The text with every unprintable character but the tab replaced, one visible unit for one, so that columns keep. */
export function sameWidth(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === "\t" ? character : "\ufffd".repeat(character.length),
  );
}

function codeOf({ control, bidi, invisible }: Record<string, string | undefined>): CharacterCode {
  if (control !== undefined) return "control_character";
  if (bidi !== undefined) return "bidi_control";
  return invisible === undefined ? "lone_surrogate" : "invisible_character";
}

function nameOf(character: string): string {
  return `U+${codePointOf(character).toString(16).toUpperCase().padStart(4, "0")}`;
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
