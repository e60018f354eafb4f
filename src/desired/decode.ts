/** Bytes of a file to text: strict UTF-8 without characters that a reader cannot see (docs/threats.md Y9). */
import { refusedCharacters } from "./characters.js";
import type { RefusedCharacter } from "./characters.js";
import type { FileReport } from "./file-report.js";
import { SourceText } from "./source-text.js";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LOSSY = new TextDecoder("utf-8", { ignoreBOM: true });
const BYTE_ORDER_MARK = /^\ufeff/;

/** Stands for a refused character in decoded text, so that the rest of the file can still be read. Refused itself. */
export const REPLACED = "\ufffe";

/** The text of a file, or null when the bytes are not UTF-8. Refused characters are reported and replaced. */
export function decodeText(file: string, bytes: Uint8Array, report: FileReport): SourceText | null {
  if (isUtf16(bytes)) {
    const source = new SourceText(file, "");
    report.add("utf16", () => source.place(0), "the file is UTF-16");
    return null;
  }
  const raw = decodeStrictly(bytes);
  if (raw === null) {
    const lossy = LOSSY.decode(bytes);
    const source = new SourceText(file, lossy);
    report.add(
      "not_utf8",
      () => source.place(firstInvalid(lossy, bytes)),
      "the bytes here are not UTF-8",
    );
    return null;
  }
  const text = raw.replace(BYTE_ORDER_MARK, "");
  const source = new SourceText(file, text);
  if (text !== raw)
    report.add("byte_order_mark", () => source.place(0), "the file begins with a byte order mark");
  const refused = refusedCharacters(text);
  for (const { code, offset, name } of refused) {
    report.add(code, () => source.place(offset), `${name} ${WHY[code]}`);
  }
  return refused.length === 0 ? source : new SourceText(file, repair(text, refused));
}

/** The text of any bytes, to show lines of and to look for words in; never to read values from. */
export function lossyText(bytes: Uint8Array): string {
  return LOSSY.decode(bytes).replace(BYTE_ORDER_MARK, "");
}

const WHY: Readonly<Record<RefusedCharacter["code"], string>> = {
  control_character: "is a control character",
  bidi_control: "reorders the text that people see",
  invisible_character: "is a character that nobody sees",
  lone_surrogate: "is half of a character",
};

function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  // ASCII in UTF-16 is every other byte 0; a stray NUL in UTF-8 is reported as a control character.
  return (
    bytes.length >= 4 &&
    (first === 0) !== (second === 0) &&
    (bytes[2] === 0) === (first === 0) &&
    (bytes[3] === 0) === (second === 0)
  );
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

/** The offset in the lossy text of the first byte that is not UTF-8. */
function firstInvalid(lossy: string, bytes: Uint8Array): number {
  const again = Buffer.from(lossy, "utf8");
  const byte = bytes.findIndex((value, index) => again[index] !== value);
  return LOSSY.decode(bytes.subarray(0, Math.max(byte, 0))).length;
}

function repair(text: string, refused: readonly RefusedCharacter[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { offset, length } of refused) {
    parts.push(text.slice(from, offset), REPLACED.repeat(length));
    from = offset + length;
  }
  return [...parts, text.slice(from)].join("");
}
