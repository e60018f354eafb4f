/** Writes proofs of inclusion into a folder, one file for each event. */
import { join } from "node:path";
import { proveEntry } from "../audit/prove.js";
import { AppError } from "../errors.js";
import type { StoryEvent } from "../explain/story.js";
import type { StateReader } from "../state/reader.js";
import { makeFolder, writeOutput } from "./files.js";

export interface WrittenProofs {
  /** Null: nobody asked for any. */
  readonly proofs: {
    readonly dir: string;
    /** In the folder, by the index of their entries. */
    readonly files: readonly string[];
    /** Indices that no signed checkpoint covers yet. */
    readonly unsigned: readonly number[];
  } | null;
}

/** Throws AppError `unwritable_file`. */
export function writeProofs(
  reader: StateReader,
  events: readonly StoryEvent[],
  dir: string | null,
): WrittenProofs {
  if (dir === null) return { proofs: null };
  makeFolder(dir);
  const files: string[] = [];
  const unsigned: number[] = [];
  for (const { log_index: index } of events) {
    if (index === null) continue;
    const proof = proofOf(reader, index);
    if (proof === null) unsigned.push(index);
    else {
      const name = `${index}.tlog-proof`;
      writeOutput(join(dir, name), proof, false);
      files.push(name);
    }
  }
  return { proofs: { dir, files, unsigned } };
}

/** Null while no checkpoint that was signed reaches the entry. */
function proofOf(reader: StateReader, index: number): string | null {
  try {
    return proveEntry(reader.log(), index);
  } catch (error) {
    if (error instanceof AppError && error.code === "log_unsigned") return null;
    throw error;
  }
}
