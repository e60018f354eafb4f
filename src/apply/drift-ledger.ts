/** What the audit says of drift: once that it appeared, and once that it ended, with what was done (design.md 4.1). */
import { auditEvent } from "../audit/events.js";
import type { DriftResolution, OpenDrift } from "../model/controller.js";
import type { Action, Drift, DriftDisposition, Plan } from "../model/plan.js";
import type { Note } from "../model/state.js";
import type { Instant, Timestamp } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import type { StateWriter } from "../state/writer.js";
import type { Recorded } from "./batch.js";

export interface ResolvedDrift extends Pick<Drift, "class" | "kind" | "name" | "id"> {
  readonly resolution: DriftResolution;
}

/** What a pass changes in the list of drift that is open: all empty when it found what the one before it found. */
export interface DriftChanges {
  readonly notes: readonly Note[];
  readonly events: readonly Recorded[];
  readonly detected: readonly Drift[];
  readonly resolved: readonly ResolvedDrift[];
}

const RESOLUTIONS: { readonly [D in DriftDisposition]: DriftResolution | null } = {
  report: null,
  keep: "kept",
  revoke: "revoked",
  replace: "replaced",
  reissue: "reissued",
  adopt: "adopted",
};

/** What a change that git asked for does to drift on its object. */
const ACTS: { readonly [A in Action]?: DriftResolution } = {
  update: "replaced",
  replace: "replaced",
  renew: "replaced",
  issue: "reissued",
  revoke: "revoked",
  remove: "revoked",
  retire: "revoked",
  adopt: "adopted",
};

/**
 * Compares the drift of a plan with what is `open`. `applied` says that the plan is being applied in the same transaction:
 * drift that it does something about ends with it, and needs no row. A drift is the same one while class, kind and id are.
 */
export function reconcileDrift(
  open: readonly OpenDrift[],
  plan: Pick<Plan, "drift" | "changes">,
  applied: boolean,
  now: Timestamp,
): DriftChanges {
  const known = new Map(open.map((drift) => [keyOf(drift), drift]));
  const found = new Map(plan.drift.map((drift) => [keyOf(drift), drift]));
  const acts = applied ? actsOf(plan) : new Map<string, DriftResolution>();
  const notes: Note[] = [];
  const detected: Drift[] = [];
  const resolved: ResolvedDrift[] = [];
  const resolve = (drift: Drift, resolution: DriftResolution): void => {
    const { class: class_, kind, name, id } = drift;
    resolved.push({ class: class_, kind, name, id, resolution });
    if (known.has(keyOf(drift))) notes.push({ do: "close_drift", class: class_, kind, id });
  };
  for (const [key, drift] of found) {
    const before = known.get(key);
    if (before === undefined) detected.push(drift);
    const done = applied ? (RESOLUTIONS[drift.disposition] ?? acts.get(objectOf(drift))) : null;
    if (done) {
      resolve(drift, done);
    } else if (before === undefined || !isSame(before, drift)) {
      notes.push({ do: "open_drift", drift: { ...drift, since: before?.since ?? now } });
    }
  }
  for (const [key, drift] of known) {
    if (!found.has(key)) resolve(drift, acts.get(objectOf(drift)) ?? "ended");
  }
  return {
    notes,
    events: [...detected.map(detectedEvent), ...resolved.map(resolvedEvent)],
    detected,
    resolved,
  };
}

/** Writes what a pass without an apply found or no longer found; nothing, not even a transaction, when that is nothing. */
export function noteDrift(
  writer: StateWriter,
  plan: Plan,
  now: Instant,
  random: (length: number) => Uint8Array,
): DriftChanges {
  const changes = reconcileDrift(writer.openDrift(), plan, false, fromInstant(now));
  if (changes.notes.length > 0) {
    writer.note(
      changes.notes,
      changes.events.map(({ type, details }) => auditEvent(type, details, now, random(16))),
    );
  }
  return changes;
}

function keyOf(drift: Drift): string {
  return `${drift.class} ${objectOf(drift)}`;
}

function objectOf({ kind, id }: Pick<Drift, "kind" | "id">): string {
  return `${kind} ${id}`;
}

function isSame(before: Drift, drift: Drift): boolean {
  return (
    before.name === drift.name &&
    before.disposition === drift.disposition &&
    before.message === drift.message
  );
}

/** By object: the one a change touches, and the one that it makes a successor of. */
function actsOf({ changes }: Pick<Plan, "changes">): ReadonlyMap<string, DriftResolution> {
  const acts = new Map<string, DriftResolution>();
  for (const { action, kind, id, replaces } of changes) {
    const act = ACTS[action];
    if (act !== undefined) acts.set(objectOf({ kind, id: replaces ?? id }), act);
  }
  return acts;
}

function detectedEvent({ class: class_, kind, name, id, disposition }: Drift): Recorded {
  return { type: "drift_detected", details: { class: class_, kind, name, id, disposition } };
}

function resolvedEvent({ class: class_, kind, name, id, resolution }: ResolvedDrift): Recorded {
  return { type: "drift_resolved", details: { class: class_, kind, name, id, resolution } };
}
