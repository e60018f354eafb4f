/** What one pass was about and how it went: told to listeners while it runs, and kept as its run. */
import { AppError } from "../errors.js";
import type { Head } from "../git/source.js";
import type { Phase, Run, Trigger } from "../model/controller.js";
import type { Plan } from "../model/plan.js";
import type { Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { uuid4 } from "../protocol/uuid.js";
import type { DriftChanges } from "../apply/drift-ledger.js";
import type { Memo, PassResult, PlannedPass, Recorder } from "./pass.js";
import { suspended } from "./conditions.js";
import type { ControllerPorts } from "./ports.js";
import { refusalOf, type Refusal } from "./refusal.js";

type Ending = Pick<Run, "outcome" | "reason" | "message">;

export class PassRecord implements Recorder {
  readonly id: string;
  readonly #ports: ControllerPorts;
  readonly #trigger: Trigger;
  readonly #startedAt: Instant;
  readonly #started: number;
  #head: Head | null = null;
  #planned: PlannedPass | null = null;
  #phase: Phase | null = null;

  constructor(ports: ControllerPorts, trigger: Trigger) {
    this.id = uuid4(ports.random(16));
    this.#ports = ports;
    this.#trigger = trigger;
    this.#startedAt = ports.clock();
    this.#started = ports.stopwatch();
  }

  get head(): Head | null {
    return this.#head;
  }

  get plan(): Plan | null {
    return this.#planned?.plan ?? null;
  }

  get snapshot(): Snapshot | null {
    return this.#planned?.snapshot ?? null;
  }

  /** The phase that ran last: the one that failed, when one did. */
  get lastPhase(): Phase | null {
    return this.#phase;
  }

  fetched(head: Head): void {
    this.#head = head;
  }

  planned(planned: PlannedPass): void {
    this.#planned = planned;
  }

  async phase<T>(phase: Phase, work: () => T | Promise<T>): Promise<T> {
    this.#phase = phase;
    const start = this.#ports.stopwatch();
    try {
      const result = await work();
      this.#tell(phase, "ok", start, {});
      return result;
    } catch (thrown) {
      const { persistence, reason, message } = refusalOf(thrown);
      const code = thrown instanceof AppError ? thrown.code : "internal";
      const outcome = persistence === "permanent" ? "refused" : "failed";
      this.#tell(phase, outcome, start, { code, reason, message });
      throw thrown;
    }
  }

  drifted({ detected, resolved }: DriftChanges): void {
    for (const drift of detected) this.#ports.observe({ type: "drift_detected", drift });
    for (const item of resolved) this.#ports.observe({ type: "drift_resolved", ...item });
  }

  /** The inputs that this pass has seen, which may be older than what stands; null when not even a head was found. */
  memo(): Memo | null {
    if (this.#head === null) return null;
    const { clock, writer } = this.#ports;
    return {
      commit: this.#head.commit,
      generation: this.#planned?.snapshot.generation ?? writer.generation(),
      from: clock(),
      due: this.#planned?.due() ?? null,
    };
  }

  suspended(): Run {
    const { message } = suspended(this.#ports.writer.suspension());
    return this.#end({
      outcome: "suspended",
      reason: "Suspended",
      message: `git is not followed ${message}`,
    });
  }

  unchanged(): Run {
    return this.#end({ outcome: "unchanged", reason: "Succeeded", message: "nothing has changed" });
  }

  succeeded({ applied, plan }: PassResult): Run {
    const count = plan.changes.length;
    return applied === null
      ? this.#end({ outcome: "no_changes", reason: "Succeeded", message: "nothing to change" })
      : this.#end({
          outcome: "applied",
          reason: "Succeeded",
          message: `${count} ${count === 1 ? "change" : "changes"} applied`,
        });
  }

  refused({ persistence, reason, message }: Refusal): Run {
    const outcome = persistence === "permanent" ? "stalled" : "failed";
    return this.#end({ outcome, reason, message });
  }

  #end(ending: Ending): Run {
    const plan = this.#planned?.plan ?? null;
    return {
      id: this.id,
      trigger: this.#trigger,
      started_at: fromInstant(this.#startedAt),
      duration_ms: Math.round(this.#ports.stopwatch() - this.#started),
      ...ending,
      commit: this.#head?.commit ?? null,
      plan_digest: plan?.plan_digest ?? null,
      changes: plan?.changes.length ?? 0,
      drift: plan?.drift.length ?? 0,
      count: 1,
    };
  }

  #tell(
    phase: Phase,
    outcome: "ok" | "failed" | "refused",
    start: number,
    details: Readonly<Record<string, string>>,
  ): void {
    const seconds = (this.#ports.stopwatch() - start) / 1_000;
    const commit = this.#head?.commit ?? null;
    const about = { commit, ...details };
    this.#ports.observe({ type: "phase", run: this.id, phase, outcome, seconds, details: about });
  }
}
