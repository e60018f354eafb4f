/** Settings → what a writer needs to keep the audit log. */
import { randomBytes } from "node:crypto";
import type { LogOptions } from "../model/log.js";
import { signerOfKeyFile } from "../sign/log-signer.js";
import type { Settings } from "./settings.js";

export function auditLogOptions({
  authorityKey,
  logEscrow,
}: Pick<Settings, "authorityKey" | "logEscrow">): LogOptions {
  return { signer: signerOfKeyFile(authorityKey), escrow: logEscrow, random: randomBytes };
}
