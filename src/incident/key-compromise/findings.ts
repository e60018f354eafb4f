/** What people must know about a compromised operator key. */
import { usableKeys } from "../../state/usable-keys.js";
import type { IncidentFinding } from "../../model/incident.js";
import type { Instant } from "../../model/time.js";
import type { StateReader } from "../../state/reader.js";
import type { SignedAction } from "../signed-actions.js";

interface About {
  readonly keyId: string;
  readonly actions: readonly SignedAction[];
  readonly hasReplacement: boolean;
}

export function keyFindings(
  reader: StateReader,
  { keyId, actions, hasReplacement }: About,
  now: Instant,
): readonly IncidentFinding[] {
  const others = usableKeys(reader, now).filter((key) => key.keyId !== keyId);
  const isLast = !others.some(({ tier }) => tier === "privileged");
  const isRevoked = reader.revokedKeys().some((key) => key.keyId === keyId);
  const created = actions.filter(({ remedy }) => remedy === "revoke").length;
  const taken = actions.filter(({ remedy }) => remedy === "reissue").length;
  return [
    ...(isLast && !isRevoked ? [lastKey(hasReplacement)] : []),
    ...(hasReplacement || isLast ? [] : [NO_REPLACEMENT]),
    ...(created === 0 ? [] : [trustCreated(created)]),
    ...(taken === 0 ? [] : [trustTaken(taken)]),
    NOT_COVERED,
  ];
}

function lastKey(hasReplacement: boolean): IncidentFinding {
  return {
    code: "last_privileged_key",
    level: "error",
    message:
      "no other usable key is privileged, so it cannot be revoked alone: nobody could give the next order",
    hint: hasReplacement
      ? "merge the branch, which brings the replacement and retires the key in one apply"
      : "run this again with --replacement FILE or --generate, and merge the branch it makes",
  };
}

const NO_REPLACEMENT: IncidentFinding = {
  code: "no_replacement",
  level: "warning",
  message: "no new key was given, so the branch only retires the old one",
  hint: "if its holder still needs one, run this again with --replacement FILE or --generate",
};

function trustCreated(count: number): IncidentFinding {
  return {
    code: "trust_created",
    level: "warning",
    message: `issued with this key in the window and still active: ${count}`,
    hint: "the branch revokes each of them; what is genuine gets a resource of its own in git",
  };
}

function trustTaken(count: number): IncidentFinding {
  return {
    code: "trust_taken",
    level: "warning",
    message: `revoked with this key in the window: ${count}`,
    hint: "ask the owner of each; a revocation is terminal, and the second branch issues anew",
  };
}

const NOT_COVERED: IncidentFinding = {
  code: "not_covered",
  level: "info",
  message:
    "requests that only read leave no event, and what was merged into git is signed by nobody's operator key",
  hint: "look at git log --since of the same window, if the holder of the key could push",
};
