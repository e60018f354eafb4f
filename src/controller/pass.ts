/** One pass: fetch → verify → desired → plan → gate → apply → publish. The newest commit always wins. */
import { applyPlan, assertApplicable, type Applied } from "../apply/apply.js";
import { noteDrift, type DriftChanges } from "../apply/drift-ledger.js";
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import type { Head } from "../git/source.js";
import type { Phase } from "../model/controller.js";
import type { Desired } from "../model/desired.js";
import type { Plan } from "../model/plan.js";
import type { Snapshot, TrustedRevision } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { nextDue } from "../plan/due.js";
import type { Allowances } from "../plan/gates.js";
import { makePlan } from "../plan/plan.js";
import { fromInstant } from "../protocol/instant.js";
import type { Revisions } from "../revision/revisions.js";
import type { CurrentState } from "./current-state.js";
import type { ControllerPorts } from "./ports.js";

/** What may be asked of one pass beyond the ordinary. */
export interface PassRequest {
  /** Who asks; null: nobody but the loop. */
  readonly by: string | null;
  readonly allowances: Allowances;
  /** Goes on from a head that rewrites history; `commit` is the one that was looked at, null where none was. */
  readonly acceptHistory: {
    readonly by: string;
    readonly reason: string;
    readonly commit: string | null;
  } | null;
}

export interface PassResult {
  readonly plan: Plan;
  readonly applied: Applied | null;
}

export interface PassTools {
  readonly ports: ControllerPorts;
  readonly state: CurrentState;
  readonly revisions: Revisions;
}

/** The inputs of a pass that came to an end: while they stand, another one would end alike. */
export interface Memo {
  readonly commit: string;
  readonly generation: number;
  readonly from: Instant;
  /** When time alone changes the plan; null: never. */
  readonly due: Instant | null;
}

export interface PlannedPass {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  /** When time alone changes the plan; null: never. Takes a look at every row, so it is asked for only when it is needed. */
  readonly due: () => Instant | null;
}

/** What a pass tells while it runs: one that fails later was still about this head and this plan. */
export interface Recorder {
  /** Runs one phase and tells its listeners how it went. */
  phase<T>(phase: Phase, work: () => T | Promise<T>): Promise<T>;
  fetched(head: Head): void;
  planned(planned: PlannedPass): void;
  drifted(changes: DriftChanges): void;
}

/** Null: nothing has changed since `memo`. Throws whatever refuses or fails; nothing was changed then. */
export async function runPass(
  tools: PassTools,
  memo: Memo | null,
  request: PassRequest,
  recorder: Recorder,
): Promise<PassResult | null> {
  const { ports, revisions } = tools;
  const head = await recorder.phase("fetch", async () => await ports.source.head());
  recorder.fetched(head);
  if (memo !== null && holds(memo, head, ports)) return null;
  await recorder.phase("verify", async () => await assertDescends(ports, head, request));
  const desired = await recorder.phase("desired", async () => await revisions.at(head));
  return await reconcile(tools, head, desired, request, recorder);
}

function holds(memo: Memo, head: Head, { writer, clock }: ControllerPorts): boolean {
  const now = clock();
  return (
    memo.commit === head.commit &&
    memo.generation === writer.generation() &&
    // A clock that was set back asks for a new look as well.
    memo.from <= now &&
    (memo.due === null || now < memo.due)
  );
}

async function reconcile(
  { ports, state }: PassTools,
  head: Head,
  desired: Desired,
  request: PassRequest,
  recorder: Recorder,
): Promise<PassResult> {
  const { writer, clock, random, version } = ports;
  const { allowances } = request;
  const now = clock();
  const { planned, snapshot } = await recorder.phase("plan", () => {
    const read = state.snapshot();
    const source = { ref: head.ref, dirty: false, version, approvals: 0 };
    const made = makePlan({ desired, snapshot: read, now, allowances, ...source });
    return { snapshot: read, planned: made };
  });
  const { plan } = planned;
  recorder.planned({ plan, snapshot, due: () => nextDue(desired, snapshot, now) });
  try {
    await recorder.phase("gate", () => assertApplicable(plan));
  } catch (error) {
    // What was found stands in the audit, whether or not anything may be done about it.
    recorder.drifted(noteDrift(writer, plan, now, random));
    throw error;
  }
  if (plan.verdict === "no_changes") {
    recorder.drifted(noteDrift(writer, plan, now, random));
    trust(ports, head, now);
    return { plan, applied: null };
  }
  assertNotSuspended(ports);
  const applied = await recorder.phase("apply", () =>
    applyPlan(writer, {
      desired,
      snapshot,
      planned,
      key: ports.key(),
      now,
      random,
      allowances,
      requestedBy: request.by,
    }),
  );
  recorder.drifted(applied.drift);
  await recorder.phase("publish", async () => await ports.publish(applied.generation));
  return { plan, applied };
}

/**
 * A head that does not descend from the trusted commit is a rewritten history: whoever may push could take back what was
 * reviewed (docs/threats.md G8). Throws AppError `history_rewritten`.
 */
async function assertDescends(
  ports: ControllerPorts,
  head: Head,
  request: PassRequest,
): Promise<void> {
  const { source, writer } = ports;
  const trusted = writer.trusted();
  if (trusted === null || trusted.commit === head.commit) return;
  if (await source.isAncestor(trusted.commit, head.commit)) return;
  const { acceptHistory } = request;
  const seen = acceptHistory?.commit ?? head.commit;
  const isAccepted =
    acceptHistory !== null &&
    (seen === head.commit || (await source.isAncestor(seen, head.commit)));
  if (!isAccepted) {
    throw new AppError(
      "history_rewritten",
      `${head.ref} is at ${short(head.commit)}, which does not descend from ${short(trusted.commit)}`,
      { details: { trusted: trusted.commit, head: head.commit } },
    );
  }
  acceptHead(ports, trusted, head, acceptHistory);
}

function acceptHead(
  { writer, clock, random }: ControllerPorts,
  trusted: TrustedRevision,
  head: Head,
  { by, reason }: { readonly by: string; readonly reason: string },
): void {
  const now = clock();
  const details = { from: trusted.commit, to: head.commit, reason, by };
  const { commit, tree } = head;
  writer.note(
    [{ do: "trust", revision: { commit, tree, at: fromInstant(now) } }],
    [auditEvent("history_accepted", details, now, random(16))],
  );
}

/** An operator who suspends while a pass is under way means that pass too. Throws AppError `reconcile_suspended`. */
function assertNotSuspended({ writer }: ControllerPorts): void {
  if (writer.suspension() === null) return;
  throw new AppError("reconcile_suspended", "somebody suspended the controller meanwhile");
}

/** The state equals this commit, though nothing had to be applied. */
function trust({ writer }: ControllerPorts, { commit, tree }: Head, now: Instant): void {
  if (writer.trusted()?.commit === commit) return;
  writer.note([{ do: "trust", revision: { commit, tree, at: fromInstant(now) } }], []);
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
