/** What a pass that came to an end says about every condition. Pure. */
import type { ConditionReason } from "../model/controller.js";
import type { Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { freezeAt } from "../plan/gates.js";
import { drifted, frozen, readiness, type Judgement, type Judgements } from "./conditions.js";
import type { PassRecord } from "./pass-record.js";
import type { Refusal } from "./refusal.js";

type Facts = Pick<PassRecord, "head" | "plan" | "snapshot" | "lastPhase">;

/** The head is what the state is equal to. */
export function judgeSuccess(record: Facts, drift: number, now: Instant): Judgements {
  return {
    ...readiness("succeeded", "Succeeded", `equal to ${named(record)}`),
    SourceVerified: verified(record),
    Drifted: drifted(drift),
    ...freeze(record.snapshot, now),
  };
}

/** What was not reached is not judged again. */
export function judgeFailure(
  record: Facts,
  { persistence, reason, message }: Refusal,
  drift: number,
  now: Instant,
): Judgements {
  return {
    ...readiness(persistence === "permanent" ? "stalled" : "retrying", reason, message),
    ...source(record, reason, message),
    ...(record.plan === null ? {} : { Drifted: drifted(drift) }),
    ...freeze(record.snapshot, now),
  };
}

function source(
  record: Facts,
  reason: ConditionReason,
  message: string,
): Pick<Judgements, "SourceVerified"> {
  const failed = record.lastPhase === "fetch" || record.lastPhase === "verify";
  return { SourceVerified: failed ? { status: "False", reason, message } : verified(record) };
}

function verified(record: Facts): Judgement {
  return {
    status: "True",
    reason: "Succeeded",
    message: `${named(record)} descends from what was trusted before`,
  };
}

function freeze(snapshot: Snapshot | null, now: Instant): Pick<Judgements, "Frozen"> {
  if (snapshot === null) return {};
  const policy = snapshot.authority?.policy;
  return { Frozen: frozen(policy === undefined ? null : freezeAt({ policy }, now)) };
}

function named({ head }: Facts): string {
  return head === null ? "no commit" : `${head.ref} at ${head.commit.slice(0, 12)}`;
}
