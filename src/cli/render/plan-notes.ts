/** What a plan says besides its changes: drift, skipped, lapsing, findings and gates. */
import type { Drift, Finding, Gate, Lapsing, Skipped } from "../../model/plan.js";
import { labelOf } from "./change-line.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import type { Paint } from "./paint.js";
import { visible } from "./visible.js";

/** What will be done about a drift; `report` does nothing. */
const DISPOSITIONS: { readonly [D in Drift["disposition"]]: string } = {
  report: "reported only",
  keep: "stays so",
  revoke: "will be revoked",
  replace: "will be replaced",
  reissue: "will be issued again",
  adopt: "will be adopted",
};

export function driftLines(drift: readonly Drift[]): readonly string[] {
  return drift.flatMap((item) =>
    hanging(
      "  ! ",
      `${labelOf(item)}  ${visible(item.message)}; ${DISPOSITIONS[item.disposition]}`,
    ),
  );
}

export function skippedLines(skipped: readonly Skipped[]): readonly string[] {
  return skipped.flatMap((item) => hanging("  = ", `${labelOf(item)}  ${visible(item.message)}`));
}

export function lapsingLines(lapsing: readonly Lapsing[]): readonly string[] {
  return lapsing.flatMap((item) =>
    hanging(
      "  ",
      `${toSecond(item.expires_at)}  ${labelOf(item)}  ${item.renews ? "renews" : "nothing renews it"}`,
    ),
  );
}

const LEVELS = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Errors first: they block. */
export function findingLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  const order: readonly Finding["level"][] = ["error", "warning", "info"];
  const sorted = order.flatMap((level) => findings.filter((finding) => finding.level === level));
  return sorted.flatMap((finding) => [
    ...hanging(`  ${finding.level.padEnd(8)}`, placeOf(finding)).map((line, index) =>
      index === 0 ? line.replace(finding.level, paint(LEVELS[finding.level], finding.level)) : line,
    ),
    ...hanging("          ", visible(finding.message)),
    ...hanging("          way out: ", visible(finding.hint)),
  ]);
}

/** `code  file:line`, or the object where no file says it. */
export function placeOf(finding: Finding): string {
  const object =
    finding.kind === null ? "" : labelOf({ kind: finding.kind, name: finding.name, id: "" });
  const place =
    finding.source === null ? object : `${visible(finding.source.file)}:${finding.source.line}`;
  return `${finding.code}  ${place}`.trimEnd();
}

const GATES = { pass: "green", refuse: "red", wait: "yellow" } as const;

export function gateLines(gates: readonly Gate[], paint: Paint): readonly string[] {
  return gates.flatMap((gate) =>
    hanging(`  ${gate.status.padEnd(7)}${gateName(gate).padEnd(21)}`, visible(gate.message)).map(
      (line, index) =>
        index === 0 ? line.replace(gate.status, paint(GATES[gate.status], gate.status)) : line,
    ),
  );
}

export function gateName(gate: Gate): string {
  return gate.name.replaceAll("_", " ");
}
