/** The notices of a bad treaty: to its subject, and to everyone who loses a trust path with it. */
import type { IncidentNotice } from "../../model/incident.js";
import type { TreatyRecord } from "../../model/state.js";
import { sortedSet } from "../../protocol/code-points.js";
import type { StateReader } from "../../state/reader.js";
import type { Radius } from "../blast-radius/blast-radius.js";
import type { IncidentFolder } from "../folder.js";
import { code, lines, toMinute } from "../notices.js";

/** So many are written; further ones would be the same text. */
const MOST = 100;

/** Null for the radius: whom it affects was written down by an earlier run. */
export function treatyNotices(
  folder: IncidentFolder,
  treaty: TreatyRecord,
  radius: Radius | null,
  reader: StateReader,
): void {
  const known = folder.incident.notices.map(({ to }) => to);
  const relying = (radius?.lost ?? [])
    .map(({ from }) => from)
    .filter((from) => from !== treaty.issuer);
  const recipients = sortedSet([treaty.subject, ...relying, ...known]).slice(0, MOST);
  const notices = recipients.map((to, index): IncidentNotice => {
    const file = `notices/${String(index + 1).padStart(3, "0")}.md`;
    const subject = `Recognition treaty ${treaty.id} is withdrawn`;
    folder.addFile(file, notice(folder, treaty, to, reader.sovereign(to)?.endpoint ?? null));
    return { file, to, subject };
  });
  folder.update({ notices });
  folder.record({ step: "notices", outcome: "done", message: `${notices.length} written` });
}

function notice(
  { incident }: IncidentFolder,
  { id, issuer, subject, issuedAt }: TreatyRecord,
  to: string,
  endpoint: string | null,
): string {
  const isRevoked = incident.checks.every(({ passed }) => passed);
  const accepted = incident.effects.map(({ at, object }) => `- ${at} ${code(object)}`);
  return lines([
    `# Recognition treaty ${code(id)} is withdrawn`,
    "",
    `To: the operators of ${code(to)}${endpoint === null ? "" : ` (${endpoint})`}`,
    "",
    `${code(issuer)} issued this treaty with ${code(subject)} at ${toMinute(issuedAt)} in error.`,
    isRevoked
      ? "It is revoked. Do not accept it any more, from whatever copy."
      : "Its revocation is under way. Do not rely on it.",
    "",
    accepted.length === 0
      ? "No attestation is on record here as accepted under it; the record is a sample."
      : "These attestations are on record here as accepted under it; the record is a sample:",
    ...accepted,
    "",
    "What we ask of you:",
    "",
    `1. Look through your own records since ${toMinute(issuedAt)} for attestations of ${code(subject)}`,
    "   that you accepted under this treaty, and judge each of them again.",
    `2. Fetch ${code("/connectome.json")} of ${code(issuer)} and confirm that the treaty is revoked there.`,
    `3. Answer to the sender, naming the incident ${code(incident.id)}.`,
  ]);
}
