/** concordat audit verify */
import { string } from "@oclif/core/flags";
import type { DatabaseOptions } from "../../../audit/verify-database.js";
import { verifyDatabase } from "../../../audit/verify-database.js";
import { verifyExport } from "../../../audit/verify-export.js";
import { verifyProof } from "../../../audit/verify-proof.js";
import { verifyTiles } from "../../../audit/verify-tiles.js";
import { vkeyFor, type TrustedKey } from "../../../audit/signed-checkpoint.js";
import type { Verification } from "../../../audit/verification.js";
import { AppError, ERRORS } from "../../../errors.js";
import { parseVkey } from "../../../protocol/log/vkey.js";
import { openState } from "../../../state/open.js";
import { readEscrow } from "../../../state/log/escrow.js";
import { BaseCommand } from "../../base-command.js";
import { linesOf } from "../../file-lines.js";
import { readInput } from "../../files.js";
import { config, dbPath, repo } from "../../flags.js";
import { tilesAt } from "../../log-tiles.js";
import { renderAudited } from "../../render/audited.js";
import { resolveSettings } from "../../settings.js";

interface Given {
  readonly "db-path": string | undefined;
  readonly repo: string | undefined;
  readonly config: string | undefined;
  readonly export: string | undefined;
  readonly url: string | undefined;
  readonly proof: string | undefined;
  readonly vkey: string | undefined;
}

export default class AuditVerify extends BaseCommand<Verification> {
  static override summary =
    "Recompute the audit log, and name the first entry that is not as it was logged.";
  static override description =
    "Verifies the state's own log with its events and its escrow, or an export, a receipt, or the log of another service. Exit 6 when anything is wrong.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --since march.checkpoint",
    "<%= config.bin %> <%= command.id %> --export audit.jsonl --vkey @north.vkey",
    "<%= config.bin %> <%= command.id %> --url https://trust.example.org --vkey @north.vkey",
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    export: string({
      helpValue: "FILE",
      exclusive: ["url", "proof"],
      description: "Verify an export made with --proofs; - reads standard input.",
    }),
    url: string({
      helpValue: "URL",
      exclusive: ["export", "proof"],
      description: "Verify the log that a service serves, from its entries.",
    }),
    proof: string({
      helpValue: "FILE",
      exclusive: ["export", "url"],
      description: "Verify the proof of one entry, e.g. a receipt; - reads standard input.",
    }),
    since: string({
      helpValue: "CHECKPOINT",
      description: "A file with an earlier checkpoint, which the log must extend.",
    }),
    vkey: string({
      helpValue: "KEY",
      description:
        "Who signs the log: a verifier key, a public key in base64, or @FILE with one a line. Default: the state's or the export's own word.",
    }),
  };

  async run(): Promise<Verification> {
    const { flags } = await this.parse(AuditVerify);
    const since = flags.since === undefined ? null : readText(flags.since);
    const result = await verified(flags, since);
    if (!result.verified) process.exitCode = ERRORS.log_broken.exit;
    this.print(renderAudited(result, this.paint(flags)));
    return result;
  }
}

async function verified(flags: Given, since: string | null): Promise<Verification> {
  const key = flags.vkey === undefined ? null : keyOf(flags.vkey);
  if (flags.export !== undefined) return verifyExport(linesOf(flags.export), { key, since });
  if (flags.url !== undefined) return verifyTiles(tilesAt(flags.url), { key: needed(key), since });
  if (flags.proof !== undefined) {
    if (since !== null)
      throw new AppError("usage", "--proof is of one checkpoint: it has no --since");
    const { leaf: _, ...result } = verifyProof(readText(flags.proof), needed(key));
    return result;
  }
  return verifyState(flags, key, since);
}

function verifyState(flags: Given, key: string | null, since: string | null): Verification {
  const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
  // The escrow first: a writer may add to both meanwhile.
  const escrow: DatabaseOptions["escrow"] = readEscrow(settings.logEscrow);
  const reader = openState(settings.db);
  try {
    const trusted = key === null ? ownKey(reader.authority()?.publicKey) : given(key);
    return verifyDatabase(reader.log(), { key: trusted, escrow, since, state: reader });
  } finally {
    reader.close();
  }
}

function given(key: string): TrustedKey {
  return { key, from: "given" };
}

function ownKey(key: string | undefined): TrustedKey | null {
  return key === undefined ? null : { key, from: "state" };
}

function needed(key: string | null): string {
  if (key !== null) return key;
  throw new AppError("usage", "--vkey is needed: whoever sends the log does not vouch for its key");
}

/** A key that is none is a slip of whoever types it, and says nothing about a log. */
function keyOf(text: string): string {
  const key = text.startsWith("@") ? readText(text.slice(1)).trim() : text;
  try {
    for (const vkey of vkeyFor(key, "any").split(" ")) parseVkey(vkey);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError("usage", `--vkey: ${cause.message}`, { hint: cause.hint, cause });
  }
  return key;
}

function readText(path: string): string {
  return Buffer.from(readInput(path)).toString("utf8");
}
