/** A fault of the desired state: what it is, where it stands and how to mend it. */
import { DIAGNOSTICS } from "./diagnostic-codes.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

/** Where a fault stands. A fault of a whole file or tree stands at 1:1 and shows no line. */
export interface Place {
  /** Path from the root of the repository, safe to print. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** The line itself, safe to print; null where there is none, or where it may hold a private key. */
  readonly excerpt: string | null;
}

export interface Diagnostic extends Place {
  readonly code: DiagnosticCode;
  readonly level: "error" | "warning";
  readonly message: string;
  /** The way out. */
  readonly hint: string;
}

export function diagnose(
  code: DiagnosticCode,
  { file, line, column, excerpt }: Place,
  message: string,
  hint: string = DIAGNOSTICS[code].hint,
): Diagnostic {
  return { code, level: DIAGNOSTICS[code].level, message, hint, file, line, column, excerpt };
}

/** The place of a fault of a whole file; `.` is the tree. */
export function wholeFile(file: string): Place {
  return { file, line: 1, column: 1, excerpt: null };
}

/** By file, then position, then code: the order in which people mend them. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : Number(a.code > b.code));
}
