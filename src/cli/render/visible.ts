/** Shows characters that a terminal would obey or hide, so that no name or message can forge a line of output. */

/** Controls, format characters (all bidi controls are among them), separators other than the space, and unassigned. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Nearly every text: the large classes above need not even be looked at. */
const PLAIN = /^[ -~]*$/;

/** The text with every such character as `\u001b` (or `\u{e0001}` beyond the first 65,536). */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE, escape);
}

/** As `visible`, but a line break stays one: for messages that consist of lines. */
export function visibleLines(text: string): readonly string[] {
  return text.split("\n").map(visible);
}

function escape(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}
