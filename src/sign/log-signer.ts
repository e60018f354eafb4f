/** The authority's key as the signer of the audit log's checkpoints. */
import { AppError } from "../errors.js";
import type { LogSigner } from "../model/log.js";
import { readAuthorityKey } from "./authority-key.js";

/**
 * The key in the file at `path`, read anew each time. Null while there is none that can be used: revocations must pass without
 * it too, and what is logged meanwhile is signed later.
 */
export function signerOfKeyFile(path: string): () => LogSigner | null {
  return () => {
    try {
      return readAuthorityKey(path);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  };
}
