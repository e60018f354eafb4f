/** What people must know about a bad treaty. */
import type { IncidentFinding } from "../../model/incident.js";
import type { Plan } from "../../model/plan.js";
import { judgeTreaty } from "../../connectome/judged-treaty.js";
import type { Snapshot, TreatyRecord } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { isActive } from "../../protocol/graph.js";
import { radiusOf, type Radius } from "../blast-radius/blast-radius.js";
import { toMinute } from "../notices.js";

/** What its revocation takes away, or took. Computed as if it were in force, whatever has become of it since. */
export function treatyRadius(
  snapshot: Snapshot,
  { id, subject }: TreatyRecord,
  now: Instant,
): Radius {
  const treaties = snapshot.treaties.map((row) =>
    row.id === id ? { ...row, status: "active" as const, revokedAt: null, reason: null } : row,
  );
  const fallen = { kind: "recognition_treaty", id, issuer: subject } as const;
  return radiusOf({ ...snapshot, treaties }, { ...fallen, treaties: [id], attestations: [] }, now);
}

export function blastFinding(
  { lost_count, longer_count, cut_off }: Radius,
  plan: Plan | null,
): IncidentFinding {
  const cut = cut_off.length === 0 ? "nobody is cut off" : `cut off: ${cut_off.join(", ")}`;
  return {
    code: "blast_radius",
    level: lost_count > 0 ? "warning" : "info",
    message: `trust paths that its revocation loses: ${lost_count}, that get longer: ${longer_count}; ${cut}`,
    hint:
      plan?.verdict === "refused"
        ? "radius.json names them; the plan is refused: plans/revocation.txt names the gate and the way through it"
        : "radius.json names them",
  };
}

/** A revocation of one treaty is no end of recognition while another one goes on. */
export function recognitionFindings(
  snapshot: Snapshot,
  { id, issuer, subject }: TreatyRecord,
  now: Instant,
): readonly IncidentFinding[] {
  const others = snapshot.treaties.filter(
    (row) =>
      row.id !== id &&
      row.issuer === issuer &&
      row.subject === subject &&
      isActive(judgeTreaty(row, now).edge),
  );
  if (others.length === 0) return [];
  return [
    {
      code: "still_recognised",
      level: "warning",
      message: `${subject} is recognised by ${others.map((row) => row.id).join(", ")} too`,
      hint: "if that one is wrong as well, run this for it; a treaty that was renewed goes on under another id",
    },
  ];
}

export function treatyFindings(
  { subject, issuedAt }: TreatyRecord,
  samples: number,
): readonly IncidentFinding[] {
  return [
    {
      code: "accepted_attestations",
      level: samples > 0 ? "warning" : "info",
      message: `acceptances under it on record since ${toMinute(issuedAt)}: ${samples}`,
      hint: "the record is a sample of one a minute; the access logs of services that asked know the rest",
    },
    {
      code: "not_covered",
      level: "info",
      message: "whoever holds a copy of the treaty can verify without asking this authority",
      hint: `the notices ask ${subject} and those who relied on the path to look for themselves`,
    },
  ];
}
