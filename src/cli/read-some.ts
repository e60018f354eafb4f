/** Reads what there is of a file or of the standard input, and waits where there is nothing yet. */
import { readSync } from "node:fs";

const PAUSE_MS = 10;
const never = new Int32Array(new SharedArrayBuffer(4));

/** How many bytes were put into `chunk`; 0 at the end. A pipe that does not block says EAGAIN while its writer thinks. */
export function readSome(file: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(never, 0, 0, PAUSE_MS);
    }
  }
}
