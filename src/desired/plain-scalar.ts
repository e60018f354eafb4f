/** What an unquoted scalar means: a plain integer, true, false, null or a text, and nothing that two readers read differently. */
import { quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

/** Why an unquoted scalar is refused. */
export class ScalarFault {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;

  constructor(code: DiagnosticCode, message: string, hint: string) {
    this.code = code;
    this.message = message;
    this.hint = hint;
  }
}

/** YAML 1.2.2, 10.3.2. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ["", null],
  ["null", null],
  ["Null", null],
  ["NULL", null],
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

/** YAML 1.1 booleans, null, merge and default value, which YAML 1.2 reads as text. */
const OLD_WORD = /^(?:y|yes|n|no|on|off|~|<<|=)$/i;

const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const OTHER_NUMBER =
  /^[-+]?(?:0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*(?:e[-+]?[0-9]+)?|(?:[0-9][0-9_]*)?\.[0-9_]*(?:e[-+]?[0-9]+)?|\.inf|\.nan)$/i;
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/;

const LONGEST_OLD_WORD = 3;

/** Reads an unquoted scalar of YAML 1.2 core, or says why readers would disagree on it (docs/threats.md Y5, Y6). */
export function readPlainScalar(text: string): string | number | boolean | null | ScalarFault {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (text.length <= LONGEST_OLD_WORD && OLD_WORD.test(text))
    return ambiguous(text, "another type");
  return /^[-+.0-9]/.test(text) ? readNumberLike(text) : text;
}

function readNumberLike(text: string): string | number | ScalarFault {
  if (INTEGER.test(text)) {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    return new ScalarFault(
      "number_out_of_range",
      `${quoted(text)} is outside -(2^53 - 1) .. 2^53 - 1`,
      `if it is a text, write ${quoted(text)} in quotes`,
    );
  }
  if (OTHER_NUMBER.test(text)) {
    return new ScalarFault(
      "bad_number",
      `${quoted(text)} is a number that readers disagree on`,
      `if it is a text, write ${quoted(text)}; a number is a plain decimal integer such as 15`,
    );
  }
  if (SEXAGESIMAL.test(text)) return ambiguous(text, "a number to base 60");
  return DATE.test(text) ? ambiguous(text, "a date") : text;
}

function ambiguous(text: string, type: string): ScalarFault {
  return new ScalarFault(
    "ambiguous_scalar",
    `some YAML readers take ${quoted(text)} for ${type}`,
    `write ${quoted(text)}`,
  );
}
