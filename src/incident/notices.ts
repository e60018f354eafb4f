/** Notices that are ready to be sent, as Markdown. */
import type { Incident } from "../model/incident.js";
import { fromInstant, parseTimestamp, toInstant } from "../protocol/instant.js";

/** To the operators of the same authority. */
export function keyNotice(incident: Incident, keyId: string): string {
  const { asked, origin, effects, checks, drafts } = incident;
  const window = `${text(asked["since"])} to ${asked["until"] === null ? "now" : text(asked["until"])}`;
  const state = checks.every(({ passed }) => passed)
    ? "Requests signed with it are refused."
    : "Requests signed with it are still heard. Refuse it at once.";
  return lines([
    `# Operator key ${code(keyId)} is not to be trusted`,
    "",
    `Authority: ${code(origin.sovereign_id ?? "unknown")}. Incident: ${code(incident.id)}.`,
    "",
    `Others may have held this key in the window ${window}. ${state}`,
    "",
    `The audit log names it in ${effects.length} events of the window.`,
    ...effects.map(
      ({ at, action, object, current }) => `- ${at} ${action} ${code(object)}: ${current}`,
    ),
    "",
    "What you are asked to do:",
    "",
    "1. Say whether you know of each of the events above.",
    ...drafts.map(
      ({ branch, held }, index) =>
        `${index + 2}. Review the branch ${code(branch)}${held === null ? "." : `, which is held: ${held}.`}`,
    ),
  ]);
}

/** A time of a row, as exact as a reader needs: `2026-11-23 09:02 UTC`. */
export function toMinute(time: string): string {
  const [day, clock] = fromInstant(toInstant(parseTimestamp(time))).split("T");
  return `${day ?? ""} ${clock?.slice(0, 5) ?? ""} UTC`;
}

export function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}

/** Foreign names and ids as Markdown code, whatever is in them. */
export function code(value: string): string {
  return `\`${value.replaceAll(/[`\p{C}\u2028\u2029]/gu, "?")}\``;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "?";
}
