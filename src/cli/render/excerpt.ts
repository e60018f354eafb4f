/** A line of a file with a caret under one column, whatever the line holds. */
import { graphemes, widthOf } from "./columns.js";
import { visible } from "./visible.js";

const TAB_STOP = 4;
/** Characters kept on either side of the column before anything is measured: a line may be as long as a file. */
const REACH = 200;
const CUT = "..";

interface Cell {
  readonly text: string;
  readonly width: number;
}

/**
 * The line as shown, and how many columns stand before the caret. `column` is 1-based and counts UTF-16 units, as
 * editors do; one past the end is the end of the line. At most `columns` wide: a long line is cut around the caret.
 */
export function excerptWithCaret(
  line: string,
  column: number,
  columns: number,
): { readonly text: string; readonly caret: number } {
  const at = Math.min(Math.max(column - 1, 0), line.length);
  const from = Math.max(at - REACH, 0);
  const before = cellsOf(line.slice(from, at));
  const after = cellsOf(line.slice(at, at + REACH));
  const room = columns - 2 * CUT.length;
  const ahead = Math.min(widthOfCells(after), Math.floor(room * 0.4));
  const left = fitting(before.toReversed(), room - ahead).toReversed();
  const right = fitting(after, room - widthOfCells(left));
  const start = left.length < before.length || from > 0 ? CUT : "";
  const end = right.length < after.length || at + REACH < line.length ? CUT : "";
  const text = [...left, ...right].map((cell) => cell.text).join("");
  return { text: start + text + end, caret: start.length + widthOfCells(left) };
}

/** A tab goes on to the next stop; what cannot be seen is escaped. */
function cellsOf(text: string): Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const grapheme of graphemes(text)) {
    const shown =
      grapheme === "\t" ? " ".repeat(TAB_STOP - (column % TAB_STOP)) : visible(grapheme);
    const width = widthOf(shown);
    cells.push({ text: shown, width });
    column += width;
  }
  return cells;
}

function fitting(cells: readonly Cell[], columns: number): Cell[] {
  let width = 0;
  const end = cells.findIndex((cell) => (width += cell.width) > columns);
  return end === -1 ? [...cells] : cells.slice(0, end);
}

function widthOfCells(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}
