/** What people must know about a bad treaty. */
import type { IncidentFinding } from "../model/incident.js";
import type { Plan } from "../model/plan.js";
import { toMinute } from "./notices.js";
import type { TreatyRecord } from "../model/state.js";

/** What its revocation cuts off, before anything else is decided. */
export function blastFinding({ blast_radius, verdict }: Plan): IncidentFinding {
  const { lost_count, longer_count, cut_off } = blast_radius;
  const cut = cut_off.length === 0 ? "nobody is cut off" : `cut off: ${cut_off.join(", ")}`;
  return {
    code: "blast_radius",
    level: lost_count > 0 ? "warning" : "info",
    message: `trust paths that its revocation loses: ${lost_count}, that get longer: ${longer_count}; ${cut}`,
    hint:
      verdict === "refused"
        ? "the plan is refused: plans/revocation.txt names the gate and the way through it"
        : "plans/revocation.txt names them",
  };
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
