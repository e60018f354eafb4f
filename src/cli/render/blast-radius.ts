/** What the changes do to the trust graph, as text. */
import type { BlastRadius, ChangeImpact, TrustPathChange } from "../../model/plan.js";
import { labelOf } from "./change-line.js";
import { hanging } from "./columns.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

/** Lines shown of each list without -v. */
const SHOWN = 5;
const INDENT = "  ";

/** The section, or nothing when the graph stays as it is and nobody is affected. */
export function blastRadiusLines(
  radius: BlastRadius,
  verbose: boolean,
  paint: Paint,
): readonly string[] {
  const impacts = radius.by_change.filter(hasImpact);
  const moved = radius.lost_count + radius.gained_count + radius.longer_count;
  if (moved === 0 && impacts.length === 0 && radius.cut_off.length === 0) return [];
  const limit = verbose ? Infinity : SHOWN;
  return [
    `${paint("bold", "BLAST RADIUS")}   trust paths ${radius.paths_before} -> ${radius.paths_after}${counts(radius)}`,
    ...listed(radius.cut_off, limit, (id) => [
      `${visible(id)} is cut off: it is in no active treaty any more`,
    ]),
    ...listed(impacts, limit, (impact) => [
      impactText(impact),
      ...(verbose ? impactDetails(impact) : []),
    ]),
    ...listed(radius.lost, limit, (path) => [`lost    ${pathText(path)}`], radius.lost_count),
    ...listed(radius.longer, limit, (path) => [`longer  ${pathText(path)}`], radius.longer_count),
    ...listed(radius.gained, limit, (path) => [`gained  ${pathText(path)}`], radius.gained_count),
  ];
}

/** Whether anybody is affected at all. */
export function hasImpact(impact: ChangeImpact): boolean {
  return (
    impact.affected_accepting_sovereigns.length + impact.attestations_no_longer_accepted.length > 0
  );
}

function counts(radius: BlastRadius): string {
  const parts = [
    radius.gained_count > 0 ? `+${radius.gained_count}` : "",
    radius.lost_count > 0 ? `-${radius.lost_count}` : "",
    radius.longer_count > 0 ? `${radius.longer_count} longer` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `   (${parts.join(", ")})`;
}

/** One sentence on what one removal means for others. */
export function impactText(impact: ChangeImpact): string {
  const parts = [
    impact.affected_accepting_sovereigns.length > 0
      ? `${plural(impact.affected_accepting_sovereigns.length, "sovereign")} affected`
      : "",
    impact.attestations_no_longer_accepted.length > 0
      ? `${plural(impact.attestations_no_longer_accepted.length, "attestation")} no longer accepted`
      : "",
  ];
  return `${labelOf(impact)}: ${parts.filter((part) => part !== "").join(", ")}`;
}

function impactDetails(impact: ChangeImpact): readonly string[] {
  return [
    ...impact.affected_accepting_sovereigns.map((id) => `  affected     ${visible(id)}`),
    ...impact.attestations_no_longer_accepted.map((id) => `  not accepted ${visible(id)}`),
  ];
}

/** `a -> b (2 hops)`: the hops as they were, or as they become, or both. */
export function pathText(path: TrustPathChange): string {
  const hops = [path.before, path.after].filter((count) => count !== null);
  const words = hops.length === 2 ? `${hops.join(" -> ")} hops` : plural(hops[0] ?? 0, "hop");
  return `${visible(path.from)} -> ${visible(path.to)} (${words})`;
}

/** At most `limit` items, then how many there are besides; `total` when the list itself is already cut. */
function listed<T>(
  items: readonly T[],
  limit: number,
  lines: (item: T) => readonly string[],
  total: number = items.length,
): readonly string[] {
  const shown = items.slice(0, limit);
  const more = total - shown.length;
  return [
    ...shown.flatMap((item) => lines(item).flatMap((line) => hanging(INDENT, line))),
    ...(more > 0
      ? [`${INDENT}and ${more} more${items.length > shown.length ? " (-v lists them)" : ""}`]
      : []),
  ];
}
