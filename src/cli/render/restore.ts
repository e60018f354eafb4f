/** A restore as text: what is trusted no more first, and last what is trusted again. */
import type {
  RestoreChange,
  RestoredKind,
  RestorePlan,
  RestoreReason,
  RestoreResult,
} from "../../model/restore.js";
import { clip, COLUMNS, hanging, pad, shorten } from "./columns.js";
import type { Paint, Style } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

/** Of each list; --json has all of it. */
const LISTED = 20;

const NOUNS: { readonly [K in RestoredKind]: string } = {
  RecognitionTreaty: "treaty",
  MembershipAttestation: "attestation",
  OperatorKey: "key",
  Sovereign: "sovereign",
  RecognitionPolicy: "policy",
  RevocationFeed: "feed",
  ImportedRevocation: "revocation",
};

const REASONS: { readonly [R in RestoreReason]: string } = {
  issued_after_backup: "issued since the backup: revoked now",
  was_revoked: "was revoked, and its row said active",
  differs_from_backup: "differs from the backup",
  not_in_backup: "not in the backup",
  row_restored: "its row was lost or altered",
  since_backup: "taken away since the backup",
  asked_for: "you named it",
};

export function renderRestorePlan(plan: RestorePlan, paint: Paint): string {
  return `${[paint("bold", "PLAN  nothing has changed yet"), ...planLines(plan, paint)].join("\n")}\n`;
}

/** The plan, and what carries it out. */
export function renderDryRun(plan: RestorePlan, paint: Paint): string {
  const next =
    "stop concordat serve, then the same with --pre-restore-backup FILE --yes in place of --dry-run";
  return `${renderRestorePlan(plan, paint)}${hanging("next: ", next).join("\n")}\n`;
}

export function renderRestored(result: RestoreResult, paint: Paint): string {
  const { plan, quarantine, preRestoreBackup } = result;
  const lines = [
    paint("green", plan === null ? "RESTORED  an earlier run had begun it" : "RESTORED"),
    ...(plan === null ? [] : planLines(plan, paint)),
    "",
    ...hanging(
      "generation  ",
      `${result.generation}, ${plural(result.logSize, "log entry", "log entries")}`,
    ),
    ...hanging("quarantine  ", visible(quarantine ?? "none: there was no state")),
    ...hanging("pre-restore ", visible(preRestoreBackup ?? "none: no backup of it would hold")),
    ...hanging("next: ", "concordat audit verify, then start concordat serve: it reconciles git"),
  ];
  return `${lines.join("\n")}\n`;
}

function planLines(plan: RestorePlan, paint: Paint): readonly string[] {
  const { backup, live, log, changes, counts, feedSequence } = plan;
  return [
    ...hanging("state       ", visible(`${plan.db}, ${live.why ?? "whole"}`)),
    ...hanging("backup      ", visible(`${backup.file}, made ${backup.createdAt}`)),
    ...hanging("sha256      ", backup.digest.slice("sha256:".length)),
    ...hanging("log         ", visible(logText(log))),
    ...section("TRUSTED NO MORE", "- ", "red", changes.goes, paint),
    ...section("LEFT OUT UNTIL GIT WRITES IT", "- ", "red", changes.leftToGit, paint),
    ...section("STAYS AS IT IS SINCE THE BACKUP", "  ", "dim", changes.carried, paint),
    ...section("FORGOTTEN", "! ", "yellow", changes.forgotten, paint),
    ...section("TRUSTED AGAIN", "+ ", "green", changes.comes, paint),
    "",
    ...hanging(
      "afterwards  ",
      [
        plural(counts.treaties.active, "active treaty", "active treaties"),
        plural(counts.attestations.active, "active attestation"),
        plural(counts.operatorKeys, "operator key"),
        plural(counts.sovereigns, "sovereign"),
        feedSequence === null ? "no feed of ours" : `our feed at ${feedSequence}`,
      ].join(", "),
    ),
  ];
}

function logText({ from, origin, size, backupSize, escrowSize, lost }: RestorePlan["log"]): string {
  const known = escrowSize === null ? "no escrow" : `escrow at ${escrowSize}`;
  const sizes = `${size} entries, backup at ${backupSize}, ${known}`;
  switch (from) {
    case "live":
      return `goes on: ${sizes}`;
    case "backup":
      return `goes on from the backup: ${sizes}`;
    case "new":
      return `LOST, begins anew as ${origin}: ${lost}`;
  }
}

function section(
  title: string,
  sign: string,
  style: Style,
  changes: readonly RestoreChange[],
  paint: Paint,
): readonly string[] {
  if (changes.length === 0) return [];
  const more = changes.length - LISTED;
  return [
    "",
    paint("bold", `${title}  ${changes.length}`),
    ...changes.slice(0, LISTED).map((change) => paint(style, line(sign, change))),
    ...(more > 0 ? [`  and ${more} more: --json lists them`] : []),
  ];
}

function line(sign: string, { kind, id, name, why }: RestoreChange): string {
  const what = pad(NOUNS[kind], 12);
  const which = shorten(visible(name ?? id), 24);
  const isImported = kind === "RevocationFeed" || kind === "ImportedRevocation";
  const reason = why === "since_backup" && isImported ? "imported since the backup" : REASONS[why];
  return clip(`${sign}${what} ${pad(which, 24)}  ${reason}`, COLUMNS);
}
