/** The flag that names an exception of a restore. */
import { custom } from "@oclif/core/flags";
import { AppError } from "../errors.js";
import type { Forget } from "../model/restore.js";

const FEED = /^feed:(.+)@(0|[1-9][0-9]{0,15})$/s;
const REVOCATION = /^revocation:(.+)$/s;

export const forget = custom<Forget>({
  multiple: true,
  multipleNonGreedy: true,
  helpValue: "WHAT",
  description: "feed:ISSUER@SEQUENCE or revocation:ID: do not carry it forward. Repeat for more.",
  parse: async (text) => parseForget(text),
});

/** Throws AppError `usage`. */
function parseForget(text: string): Forget {
  const [, issuer, sequence] = FEED.exec(text) ?? [];
  if (issuer !== undefined && Number.isSafeInteger(Number(sequence)))
    return { what: "feed", issuer, sequence: Number(sequence) };
  const id = REVOCATION.exec(text)?.[1];
  if (id !== undefined) return { what: "revocation", id };
  throw new AppError("usage", "--forget takes feed:ISSUER@SEQUENCE or revocation:ID");
}
