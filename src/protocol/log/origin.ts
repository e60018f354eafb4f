/** The name of a log: its checkpoints' first line, and the name of the key that signs them. */
import { AppError } from "../../errors.js";

const SUFFIX = /\/audit(?:\/([1-9][0-9]{0,8}))?$/;

/** The name of a sovereign's log. `/`, spaces and `+`, which a key name cannot hold, are percent-encoded. */
export function logOrigin(sovereignId: string): string {
  const encoded = Buffer.from(sovereignId, "utf8").reduce(
    (text, byte) => text + (isPlain(byte) ? String.fromCharCode(byte) : percent(byte)),
    "",
  );
  return `${encoded}/audit`;
}

/** The name of the log that follows a lost one: `/audit`, then `/audit/2`, `/audit/3`. Throws AppError `log_broken`. */
export function nextOrigin(origin: string): string {
  const suffix = SUFFIX.exec(origin);
  if (suffix === null) throw new AppError("log_broken", "the log's name does not end in /audit");
  return `${origin.slice(0, suffix.index)}/audit/${Number(suffix[1] ?? "1") + 1}`;
}

/** RFC 3986 2.3, the unreserved characters. */
function isPlain(byte: number): boolean {
  return /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte));
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
