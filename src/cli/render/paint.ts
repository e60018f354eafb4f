/** Colour, which only ever repeats what the text says. */
import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

export type Paint = (style: Style, text: string) => string;

/** No colour at all. */
export const plain: Paint = (_style, text) => text;

/**
 * The paint for a stream. `wanted` is the answer of `--color` or `--no-color`; without one the stream decides: colour on
 * a terminal, none elsewhere, NO_COLOR and FORCE_COLOR obeyed (node:util does all three).
 */
export function paintFor(stream: NodeJS.WriteStream, wanted: boolean | undefined): Paint {
  if (wanted === false) return plain;
  if (wanted === true) return (style, text) => styleText(style, text, { validateStream: false });
  return (style, text) => styleText(style, text, { stream });
}
