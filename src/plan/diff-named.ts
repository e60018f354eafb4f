/** The kinds that are plain records (authority, sovereigns, recognition policy): add, update, remove by spec. */
import type { JsonObject } from "../model/json.js";
import type { Risk } from "../model/plan.js";
import type { Kind, Source } from "../model/resources.js";
import { canonicalJson } from "../protocol/canonical.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { overwrite, restore } from "./restore.js";
import { emptyOutcome, type Outcome, type PlannedChange, type Step } from "./step.js";

/** One desired record: its id, its normal form, and the step that stores it. */
export interface NamedRecord {
  readonly name: string;
  readonly id: string;
  readonly spec: JsonObject;
  readonly source: Source;
  readonly put: Step;
  /** What the state holds, in the words of a spec; null when it holds nothing. */
  readonly stored: JsonObject | null;
}

interface Rules {
  readonly kind: Kind;
  /** What adding one does to trust. */
  readonly addRisk: Risk;
  /** The step that takes the record out of the state; null when the state holds none. */
  remove(id: string): Step | null;
}

/** Compares the records of one kind with the inventory. */
export function diffNamed(
  context: PlanContext,
  rules: Rules,
  records: readonly NamedRecord[],
): Outcome {
  const outcome = emptyOutcome();
  const { kind } = rules;
  const applied = inventoryOf(context, kind);
  // A record that only changed its name, or took over another's id, must survive the removal of the old entry.
  const wanted = new Set(records.map((record) => record.id));
  const removal = (id: string): readonly Step[] => {
    const step = wanted.has(id) ? null : rules.remove(id);
    return step === null ? [] : [step];
  };
  for (const record of records) {
    const entry = applied.get(record.name) ?? null;
    const next: Step = {
      do: "record",
      entry: entryOf(context, { kind, objectId: record.id, ...record }),
    };
    const about = {
      kind,
      name: record.name,
      id: record.id,
      after: record.spec,
      source: positionOf(record.source),
    };
    const push = (planned: PlannedChange["change"]): void => {
      outcome.planned.push({ change: planned, steps: [record.put, next] });
    };
    if (entry === null) {
      push(
        change({ ...about, action: "add", reason: "added_to_desired_state", risk: rules.addRisk }),
      );
    } else if (entry.specJson !== canonicalJson(record.spec) || entry.objectId !== record.id) {
      const before = appliedSpec(entry);
      // Under another id there is no record yet that could have been changed.
      const stored = entry.objectId === record.id ? record.stored : before;
      const judged = overwrite(about, stored, before, record.spec, rules.addRisk);
      outcome.drift.push(...judged.drift);
      const { fields, risk } = judged;
      const update = change({
        ...about,
        action: "update",
        reason: "spec_changed",
        risk,
        before: judged.before,
        fields,
      });
      outcome.planned.push({
        change: update,
        steps: [...removal(entry.objectId), record.put, next],
      });
    } else {
      const restored = restore(context, about, record.stored, record.spec);
      if (restored === null) continue;
      outcome.drift.push(restored.drift);
      if (restored.change !== null) push(restored.change);
    }
  }
  const names = new Set(records.map((record) => record.name));
  for (const entry of applied.values()) {
    if (names.has(entry.name)) continue;
    const steps = removal(entry.objectId);
    outcome.planned.push({
      change: change({
        action: steps.length === 0 ? "forget" : "remove",
        kind,
        name: entry.name,
        id: entry.objectId,
        reason: "removed_from_desired_state",
        risk: steps.length === 0 ? "keeps" : "reduces",
        before: appliedSpec(entry),
      }),
      steps: [...steps, { do: "forget", kind, name: entry.name }],
    });
  }
  return outcome;
}
