/** Names of files: those that git or some file system reads as another name (docs/threats.md G5). */
import { refusedCharacters } from "./characters.js";

/** What NTFS, HFS+ and git take for `.git`, besides the name itself. */
const GIT_NAME = /^(?:\.git|git~[0-9]+)[ .]*(?::.*)?$/i;

/** What most names are made of, and nothing below refuses. */
const PLAIN = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;

/** Why a part of a path is refused, or null. */
export function nameFault(part: string): string | null {
  if (PLAIN.test(part)) return null;
  if (part === "" || part === "." || part === "..") return "is not a name";
  if (GIT_NAME.test(part)) return "is a name of git's own folder";
  if (/[\\:]/.test(part)) return "holds a character that separates paths on Windows";
  if (/[ .]$/.test(part)) return "ends in a space or a dot, which Windows drops";
  const [refused] = refusedCharacters(part);
  if (refused !== undefined) return `holds ${refused.name}`;
  return /[\t\n]/.test(part) ? "holds a tab or a line feed" : null;
}
