/** The text of one file: offsets to lines and columns, and the lines that are shown with a fault. */
import { printable, sameWidth } from "./characters.js";
import type { Place } from "./diagnostic.js";
import { mayHoldSecret } from "./private-key.js";

/** A line may be as long as the file; what is shown of it is not. */
const EXCERPT_LENGTH = 400;

/**
 * What stands in a comment is for the file's readers alone. Whether a quote is open is what a broken line leaves unclear, so a
 * mark inside of quotes cuts too; one that goes on from a word, as in `name#2`, does not.
 */
const COMMENT = /(?<![\p{L}\p{N}])#.*/u;

export type Position = readonly [line: number, column: number];

export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #starts: readonly number[];
  #lastLine = 0;
  #isSealed: boolean | null = null;

  constructor(file: string, text: string) {
    this.file = printable(file);
    this.text = text;
    this.#starts = lineStarts(text);
  }

  /** The 1-based line and column of an offset in UTF-16 code units. */
  position(offset: number): Position {
    const line = this.#lineOf(offset);
    return [line + 1, offset - (this.#starts[line] ?? 0) + 1];
  }

  /** The place of an offset, with its line. */
  place(offset: number): Place {
    return this.placeAt(this.position(offset));
  }

  placeAt([line, column]: Position): Place {
    return { file: this.file, line, column, excerpt: this.#excerpt(line, column) };
  }

  /** The same place without its line, for a line that holds a private key. */
  hiddenPlace(offset: number): Place {
    return { ...this.place(offset), excerpt: null };
  }

  #excerpt(line: number, column: number): string | null {
    // A fault elsewhere in the file may show the very line that holds a secret: no line of such a file is shown.
    this.#isSealed ??= mayHoldSecret(this.text);
    const text = this.text.slice(this.#starts[line - 1], this.#starts[line]).replace(/\r?\n$/, "");
    if (this.#isSealed || column > EXCERPT_LENGTH) return null;
    const shown = sameWidth(text.slice(0, EXCERPT_LENGTH).replace(COMMENT, "")).trimEnd();
    return shown === "" ? null : shown.padEnd(Math.min(column - 1, text.length));
  }

  // Values are read in order, so the line is nearly always the last one or one soon after it.
  #lineOf(offset: number): number {
    let line = this.#lastLine;
    if ((this.#starts[line] ?? 0) > offset) line = 0;
    while ((this.#starts[line + 1] ?? Infinity) <= offset) line += 1;
    this.#lastLine = line;
    return line;
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
