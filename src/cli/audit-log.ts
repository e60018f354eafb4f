/** Settings → what a writer needs to keep the audit log, and whether the log that it finds is whole. */
import { randomBytes } from "node:crypto";
import { verifyDatabase } from "../audit/verify-database.js";
import { AppError } from "../errors.js";
import type { LogOptions } from "../model/log.js";
import { assertAuthorityKey, readAuthorityKey } from "../sign/authority-key.js";
import { signerOfKeyFile } from "../sign/log-signer.js";
import { openState } from "../state/open.js";
import type { Settings } from "./settings.js";

type Keeping = Pick<Settings, "authorityKey" | "logEscrow">;

export function auditLogOptions({ authorityKey, logEscrow }: Keeping): LogOptions {
  return { signer: signerOfKeyFile(authorityKey), escrow: logEscrow, random: randomBytes };
}

/**
 * Asked before somebody answers for what is wrong beside the log: the log itself must verify from its first entry, and the key
 * that is to sign its next checkpoint must be at hand. `withForeignRows`: rows that no entry records are what is to be
 * answered for. Throws AppError `log_broken` and those of `readAuthorityKey`.
 */
export function assertLogWhole(
  { db, authorityKey }: Pick<Settings, "authorityKey" | "db">,
  withForeignRows = false,
): void {
  const key = readAuthorityKey(authorityKey);
  const reader = openState(db);
  try {
    const authority = reader.authority();
    if (authority !== null) assertAuthorityKey(key, authority.publicKey);
    const trusted = { key: key.publicKey, from: "given" } as const;
    const expected = { key: trusted, escrow: null, since: null, withForeignRows };
    const { fault } = verifyDatabase(reader.log(), expected);
    if (fault !== null)
      throw new AppError("log_broken", fault.message, {
        details: { index: fault.index, fault: fault.fault },
      });
  } finally {
    reader.close();
  }
}
