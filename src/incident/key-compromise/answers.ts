/** What is to be done about each thing that a compromised key did. */
import type { IncidentDraft, IncidentEffect } from "../../model/incident.js";
import type { SignedAction } from "../signed-actions.js";

/** `given`: the ids that the second branch issues anew. */
export function answered(
  { effect, remedy, target }: SignedAction,
  first: IncidentDraft | null,
  second: IncidentDraft | null,
  given: ReadonlySet<string>,
): IncidentEffect {
  switch (remedy) {
    case null:
      return effect;
    case "revoke":
      return {
        ...effect,
        answer: first === null ? "its revocation waits in git" : `revoked by ${first.branch}`,
      };
    case "reissue":
      return {
        ...effect,
        answer:
          second !== null && given.has(target?.id ?? "")
            ? `issued anew by ${second.branch}, once its owner confirms it`
            : "git has no resource for it, or issues it anew already: ask its owner",
      };
    case "new_key":
      return { ...effect, answer: "a revoked key never comes back: give its holder a new one" };
    case "look":
      return {
        ...effect,
        answer: effect.object.startsWith("feed ")
          ? "ask its issuer; if it is wrong: concordat incident bad-feed"
          : "compare it with git: concordat drift",
      };
  }
}
