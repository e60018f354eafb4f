/** Whether a path still leads to the file that was opened there: what is written to another one is lost with its last user. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../errors.js";

export class SameFile {
  readonly #path: string;
  readonly #identity: string | null;

  /** The file that is at `path` now. */
  constructor(path: string) {
    this.#path = path;
    this.#identity = identityOf(path);
  }

  get isInPlace(): boolean {
    return this.#identity !== null && identityOf(this.#path) === this.#identity;
  }

  /** Throws AppError `state_unreadable` when the file was moved, replaced or removed. */
  check(): void {
    if (this.isInPlace) return;
    throw new AppError(
      "state_unreadable",
      `${basename(this.#path)} is not the file any more that was opened`,
      {
        hint: "a state is moved or restored while nothing runs on it: stop, put it in place, start",
      },
    );
  }
}

function identityOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev} ${stat.ino}`;
}
