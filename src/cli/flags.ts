/** Flags that several commands share, so that one name means one thing. */
import { boolean, custom, integer, string } from "@oclif/core/flags";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import type { Instant } from "../model/time.js";

export const repo = string({
  env: "CONCORDAT_REPO",
  helpValue: "DIR",
  description: "Trust repository. Default: the current folder.",
});

export const ref = string({
  env: "CONCORDAT_REF",
  helpValue: "REF",
  description: "Branch, tag or commit. Default: the branch that is checked out.",
});

const DB = {
  env: "CONCORDAT_DB",
  helpValue: "FILE",
  description: "The authority's database. Default: .concordat/na.db in the repository.",
};

export const db = string(DB);

/** The name that the reference's own tool has for it. */
export const dbPath = string({ ...DB, aliases: ["db"] });

export const authorityKey = string({
  env: "CONCORDAT_AUTHORITY_KEY_FILE",
  helpValue: "FILE",
  description:
    "The authority's private key. Default: .concordat/keys/authority.key in the repository.",
});

export const verbose = boolean({
  char: "v",
  description: "Show ids in full, and each field before and after.",
});

export const allowRemovals = integer({
  min: 0,
  helpValue: "N",
  description: "Let up to N removals in all through their limit. The audit records N.",
});

export const allowLostPaths = integer({
  min: 0,
  helpValue: "N",
  description: "Let up to N lost trust paths through their limit. The audit records N.",
});

/** A date-time with a zone, as an instant. */
export const time = custom<Instant>({
  helpValue: "TIME",
  parse: async (text) => toInstant(parseTimestamp(text)),
});
