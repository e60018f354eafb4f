/** Collects the faults of one file, up to a number that people can still read. */
import { compareDiagnostics, diagnose, wholeFile } from "./diagnostic.js";
import type { Diagnostic, Place } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";

const MOST = 100;

export class FileReport {
  readonly #file: string;
  readonly #listed: Diagnostic[] = [];
  #left = 0;

  /** `file` is safe to print. */
  constructor(file: string) {
    this.#file = file;
  }

  /** `place` is asked for only while the fault is listed: a hostile file may hold a hundred thousand of them. */
  add(code: DiagnosticCode, place: () => Place, message: string, hint?: string): void {
    if (this.#listed.length < MOST) this.#listed.push(diagnose(code, place(), message, hint));
    else this.#left += 1;
  }

  get hasErrors(): boolean {
    return this.#listed.some(({ level }) => level === "error");
  }

  diagnostics(): readonly Diagnostic[] {
    const sorted = this.#listed.toSorted(compareDiagnostics);
    if (this.#left === 0) return sorted;
    return [
      ...sorted,
      diagnose(
        "too_many_faults",
        wholeFile(this.#file),
        `${this.#left} more faults in this file are not listed`,
      ),
    ];
  }
}
