/** Reads a file line by line, however long it is. */
import { closeSync, openSync } from "node:fs";
import { AppError } from "../errors.js";
import { readSome } from "./read-some.js";

const CHUNK_BYTES = 1024 * 1024;
/** An entry of the log is far shorter; whoever sends more wants our memory. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of a file as Latin-1, each with its line break, the last one perhaps without; `-` is the standard input. Throws
 * AppError `unreadable_file`.
 */
export function* linesOf(path: string): Generator<string> {
  const file = path === "-" ? 0 : attempt(path, () => openSync(path, "r"));
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    for (;;) {
      const length = attempt(path, () => readSome(file, chunk));
      if (length === 0) break;
      let data = Buffer.concat([rest, chunk.subarray(0, length)]);
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
        yield data.toString("latin1", 0, end + 1);
        data = data.subarray(end + 1);
      }
      if (data.length > MAX_LINE_BYTES)
        throw new AppError(
          "unreadable_file",
          `${path} has a line of more than ${MAX_LINE_BYTES} bytes`,
        );
      rest = data;
    }
    if (rest.length > 0) yield rest.toString("latin1");
  } finally {
    if (path !== "-") closeSync(file);
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AppError("unreadable_file", `${path} cannot be read`, { cause });
  }
}
