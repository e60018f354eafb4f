/** Fits text into the columns of a terminal. Widths are columns: a wide character takes two, a combining one none. */
import stringWidth from "string-width";

/** No line of output is wider. */
export const COLUMNS = 80;

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
const ASCII = /^[ -~]*$/;

/** Columns that a text takes. It must already be visible (no control characters). */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The characters of a text as a reader sees them: an accent or a skin tone stays with its letter. */
export function graphemes(text: string): readonly string[] {
  return ASCII.test(text)
    ? text.split("")
    : Array.from(GRAPHEMES.segment(text), (part) => part.segment);
}

/** The longest head of `text` that fits, never half a character. */
function head(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let taken = "";
  let width = 0;
  for (const grapheme of graphemes(text)) {
    width += widthOf(grapheme);
    if (width > columns) break;
    taken += grapheme;
  }
  return taken;
}

/** Cuts the middle out of a text that is too wide: ids and names differ at both ends. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const front = head(text, Math.ceil((columns - 2) / 2));
  const rest = columns - 2 - widthOf(front);
  const back = graphemes(text).toReversed();
  let tail = "";
  for (const grapheme of back) {
    if (widthOf(grapheme + tail) > rest) break;
    tail = grapheme + tail;
  }
  return `${front}..${tail}`;
}

/** Cuts the end off a text that is too wide: a sentence begins with what it is about. */
export function clip(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${head(text, columns - 2)}..`;
}

/** Fills up with spaces on the right. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(columns - widthOf(text));
}

/** Breaks a text at spaces into lines of at most `columns`; a word that is wider alone is broken hard. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(" ")) {
    if (line !== null && widthOf(line) + 1 + widthOf(word) <= columns) {
      line += ` ${word}`;
      continue;
    }
    if (line !== null) lines.push(line);
    const pieces = broken(word, columns);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? "";
  }
  return [...lines, line ?? ""];
}

/** A word in pieces that fit, in one pass, for a hostile word may be as long as a file. */
function broken(word: string, columns: number): string[] {
  if (widthOf(word) <= columns) return [word];
  const pieces: string[] = [];
  let piece = "";
  let width = 0;
  for (const grapheme of graphemes(word)) {
    const next = widthOf(grapheme);
    if (width + next > columns) {
      pieces.push(piece);
      piece = "";
      width = 0;
    }
    piece += grapheme;
    width += next;
  }
  return [...pieces, piece];
}

/** A label and the text beside it; the text's further lines hang below its start. */
export function hanging(label: string, text: string, columns: number = COLUMNS): readonly string[] {
  const indent = widthOf(label);
  const [first = "", ...rest] = wrap(text, columns - indent);
  return [(label + first).trimEnd(), ...rest.map((line) => " ".repeat(indent) + line)];
}
