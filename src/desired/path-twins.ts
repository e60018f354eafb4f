/** Paths that are one path on systems that fold case or Unicode forms: a checkout there would hold another tree than was reviewed. */
import { printable } from "./characters.js";
import { diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";

/** One fault for each path, or folder of one, that is the twin of an earlier one. */
export function ambiguousPaths(paths: readonly string[]): readonly Diagnostic[] {
  const files = new Set<string>();
  const spellings = new Map<string, string>();
  const seen = new Set<string>();
  const reported = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const report = (path: string, message: string): void => {
    if (reported.has(path)) return;
    reported.add(path);
    diagnostics.push(diagnose("ambiguous_path", wholeFile(printable(path)), message));
  };
  for (const path of paths) {
    if (files.has(path)) report(path, "the tree holds this path twice");
    files.add(path);
    for (const prefix of newPrefixesOf(path, seen)) {
      seen.add(prefix);
      const folded = fold(prefix);
      const first = spellings.get(folded);
      if (first === undefined) spellings.set(folded, prefix);
      else if (first !== prefix)
        report(prefix, `this is the same path as ${printable(first)} on some systems`);
    }
  }
  return diagnostics;
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`, without those that were seen already, whose own prefixes were seen with them. */
function newPrefixesOf(path: string, seen: ReadonlySet<string>): readonly string[] {
  const prefixes: string[] = [];
  for (let end = path.length; end !== -1; end = path.lastIndexOf("/", end - 1)) {
    const prefix = path.slice(0, end);
    if (seen.has(prefix)) break;
    prefixes.push(prefix);
    // A path may begin with a slash.
    if (end === 0) break;
  }
  return prefixes.toReversed();
}

const ASCII = /^[\x00-\x7f]*$/;

function fold(path: string): string {
  if (ASCII.test(path)) return path.toLowerCase();
  // Upper case first: it also joins the long s with s, and the sharp s with ss.
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
