/** Paths that are one path on systems that fold case or Unicode forms: a checkout there would hold another tree than was reviewed. */
import { printable } from "./characters.js";
import { diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic } from "./diagnostic.js";

/** One fault for each path, or folder of one, that is the twin of an earlier one. */
export function ambiguousPaths(paths: readonly string[]): readonly Diagnostic[] {
  const files = new Set<string>();
  const spellings = new Map<string, string>();
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
    for (const prefix of prefixesOf(path)) {
      const folded = fold(prefix);
      const first = spellings.get(folded);
      if (first === undefined) spellings.set(folded, prefix);
      else if (first !== prefix)
        report(prefix, `this is the same path as ${printable(first)} on some systems`);
    }
  }
  return diagnostics;
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`. */
function prefixesOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function fold(path: string): string {
  // Upper case first: it also joins the long s with s, and the sharp s with ss.
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
