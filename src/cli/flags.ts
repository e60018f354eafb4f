/** Flags that several commands share, so that one name means one thing. */
import { boolean, custom, integer, option, string } from "@oclif/core/flags";
import { AppError } from "../errors.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import type { Instant } from "../model/time.js";

export const repo = string({
  env: "CONCORDAT_REPO",
  helpValue: "REPO",
  description:
    "Trust repository: a folder, or an https or ssh address. Default: the current folder.",
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

export const config = string({
  env: "CONCORDAT_CONFIG",
  helpValue: "FILE",
  description: "Settings file. Default: concordat.config.yaml in the repository.",
});

export const controlSocket = string({
  env: "CONCORDAT_CONTROL_SOCKET",
  helpValue: "FILE",
  description: "Socket of the daemon. Default: beside the database, with .sock after its name.",
});

export const logLevel = option({
  options: ["error", "warn", "info", "debug"] as const,
  description: "What is logged to stderr.",
});

export const reason = custom({
  helpValue: "TEXT",
  description: "Why, for the audit.",
  parse: async (text) => {
    if (text.trim() === "") throw new AppError("usage", "--reason must say something");
    // As long as the daemon takes.
    if (text.length <= 1024) return text;
    throw new AppError("usage", "--reason must have at most 1024 characters");
  },
});

export const interval = string({
  helpValue: "DURATION",
  description: "How often a source is looked at that does not call. Default: 60s; at least 5s.",
});

export const incident = string({
  helpValue: "DIR",
  description:
    "Folder of the incident, made or continued. Default: the open one, or a new one beside the state.",
});

export const expect = string({
  helpValue: "FILE",
  description: "List of attestations, each with accept or reject: JSON, YAML or JSON Lines.",
});
