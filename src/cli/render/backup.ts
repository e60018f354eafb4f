/** Backups as text: whether they hold first, then what stands in them. */
import { MANIFEST_SUFFIX } from "../../backup/manifest.js";
import type { NewestBackup, VerifiedBackup } from "../../model/backup.js";
import type { BackupList } from "../backup-list.js";
import { hanging } from "./columns.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

export function renderBackup(
  output: string,
  backup: VerifiedBackup,
  removed: readonly string[],
): string {
  return text([
    ...hanging("BACKED UP   ", visible(output)),
    ...described(backup),
    ...hanging("manifest    ", visible(output + MANIFEST_SUFFIX)),
    ...removed.flatMap((name) => hanging("removed     ", visible(name))),
    ...hanging("next: ", `concordat backup verify ${visible(output)}`),
  ]);
}

export function renderNoneDue(newest: NewestBackup | null, due: string | null): string {
  return text([
    ...hanging(
      "NOT DUE     ",
      due === null ? "nothing was applied yet" : `the next is due at ${due}`,
    ),
    ...(newest === null ? [] : hanging("newest      ", `${visible(newest.file)}, ${newest.at}`)),
  ]);
}

const KEY_FROM = {
  given: "the key that was given",
  state: "the key of the state that is here",
  manifest: "the manifest's own key: nothing here says whose it is",
} as const;

export function renderVerifiedBackup(
  file: string,
  backup: VerifiedBackup,
  keyFrom: keyof typeof KEY_FROM,
  key: string,
): string {
  return text([
    ...hanging("VERIFIED    ", visible(file)),
    ...described(backup),
    ...hanging("signed by   ", key),
    ...hanging("            ", KEY_FROM[keyFrom]),
  ]);
}

export function renderBackupList({ dir, backups, unsound }: BackupList): string {
  return text([
    ...hanging("", `${plural(backups.length, "backup")} in ${visible(dir)}`),
    ...backups.flatMap((row) => [
      "",
      ...hanging("", visible(row.name)),
      ...hanging("  made      ", row.created_at),
      ...hanging("  sovereign ", visible(row.sovereign_id)),
      ...hanging(
        "  state     ",
        `generation ${row.generation}, epoch ${row.epoch}, ${plural(row.log_size, "log entry", "log entries")}, ${size(row.bytes)}`,
      ),
      ...hanging("  signed by ", row.key),
    ]),
    ...unsound.flatMap(({ name, why }) => [
      "",
      ...hanging("UNSOUND     ", visible(`${name}: ${why}`)),
    ]),
  ]);
}

function described({ manifest, counts, signatures }: VerifiedBackup): readonly string[] {
  const { sovereign_id, created_at, generation, epoch, log, bytes, sha256 } = manifest;
  const holds = [
    plural(counts.treaties, "treaty", "treaties"),
    plural(counts.attestations, "attestation"),
    plural(counts.operator_keys, "operator key"),
    plural(counts.feeds, "feed"),
    plural(counts.imported_revocations, "imported revocation"),
  ].join(", ");
  const unjudged =
    signatures.unjudged === 0 ? "" : `; ${signatures.unjudged} ended, or of an earlier key`;
  return [
    ...hanging("sovereign   ", visible(sovereign_id)),
    ...hanging("made        ", `${created_at}, ${size(bytes)}`),
    ...hanging("state       ", `generation ${generation}, epoch ${epoch}`),
    ...hanging("holds       ", holds),
    ...hanging("signatures  ", `${signatures.verified} verified${unjudged}`),
    ...hanging("log         ", `${plural(log.size, "entry", "entries")}, root ${log.root}`),
    ...hanging("sha256      ", sha256),
  ];
}

function size(bytes: number): string {
  return bytes < 1_048_576
    ? `${Math.ceil(bytes / 1_024)} KiB`
    : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
