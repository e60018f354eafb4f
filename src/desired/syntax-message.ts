/** The YAML parser's messages as we pass them on. */
import { printable } from "./characters.js";

/** The parser's message without the source it repeats after a colon, which may be long or secret. */
export function syntaxMessage(message: string): string {
  return printable(message.replace(/: [^]*$/, "").slice(0, 120));
}
