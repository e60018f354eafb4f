/** Collects the faults of one file, up to a number that people can still read. */
import { compareDiagnostics, diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic, Place } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

const MOST = 100;

export class FileReport {
  readonly #file: string;
  readonly #listed: Diagnostic[] = [];

  /** `file` is safe to print. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Whether nothing more will be listed. */
  get isFull(): boolean {
    return this.#listed.length >= MOST;
  }

  get hasErrors(): boolean {
    return this.#listed.some(({ level }) => level === "error");
  }

  /** `place` is asked for only while faults are listed: a hostile file may hold a hundred thousand. */
  add(code: DiagnosticCode, place: () => Place, message: string, hint?: string): void {
    if (!this.isFull) this.#listed.push(diagnose(code, place(), message, hint));
  }

  diagnostics(): readonly Diagnostic[] {
    const sorted = this.#listed.toSorted(compareDiagnostics);
    const more = diagnose(
      "too_many_faults",
      wholeFile(this.#file),
      `the first ${MOST} faults of this file are listed`,
    );
    return this.isFull ? [...sorted, more] : sorted;
  }
}
