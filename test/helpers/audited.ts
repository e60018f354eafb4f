/** A log in memory with the rows and salts of its events, as a state keeps them, for tests that damage them. */
import { hash } from "node:crypto";
import type { LogSource } from "../../src/audit/log-source.js";
import type { JsonObject } from "../../src/model/json.js";
import type { LogHead, StoredEntry } from "../../src/model/log.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { AppError } from "../../src/errors.js";
import { signCheckpoint } from "../../src/protocol/log/checkpoint.js";
import type { LoggedEvent } from "../../src/protocol/log/committed.js";
import { committedFields, leafBytes } from "../../src/protocol/log/leaf.js";
import { EMPTY_ROOT, RootBuilder, leafHash } from "../../src/protocol/log/merkle.js";
import { vkeyOf } from "../../src/protocol/log/note.js";
import { keyOf } from "./keys.js";

export const ORIGIN = "NORTH/audit";
export const KEY = keyOf("north");
export const VKEY = vkeyOf(ORIGIN, KEY.publicKey);

/** Everything may be changed: that is what the tests are for. */
export interface Audited {
  leaves: Uint8Array[];
  eventIds: string[];
  rows: Map<string, string>;
  salts: Map<string, Uint8Array>[];
  nodes: Uint8Array[];
  head: LogHead;
  readonly source: LogSource;
}

/** The salt of a field: another one for each entry, the same in each run. */
function saltOf(index: number, field: string): Uint8Array {
  return hash("sha256", `${index} ${field}`, "buffer").subarray(0, 16);
}

export function event(
  number: number,
  details: JsonObject,
  type = "recognition_treaty_revoked",
): LoggedEvent {
  return {
    event_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    event_type: type,
    details,
    created_at: `2026-11-23T00:00:${String(number % 60).padStart(2, "0")}+00:00`,
  };
}

/** `size` revocations of treaties, each with a reason of its own. */
export function revocations(size: number): readonly LoggedEvent[] {
  return Array.from({ length: size }, (_, number) =>
    event(number, {
      treaty_id: `treaty-${number}`,
      reason: `reason ${number}`,
      by: "operator-root",
    }),
  );
}

/** The log of the events, signed at its end, or where `signedAt` says. */
export function auditedLog(events: readonly LoggedEvent[], signedAt = events.length): Audited {
  const tree = new RootBuilder();
  const log: Omit<Audited, "source"> = {
    leaves: [],
    eventIds: [],
    rows: new Map(),
    salts: [],
    nodes: [],
    head: { size: 0, root: EMPTY_ROOT, origin: ORIGIN, checkpoint: null, checkpointSize: 0 },
  };
  const sign = (): void => {
    const head = { size: tree.size, root: tree.root() };
    const checkpoint = signCheckpoint(head, ORIGIN, KEY);
    log.head = { ...log.head, checkpoint, checkpointSize: tree.size };
  };
  if (signedAt === 0) sign();
  for (const [index, logged] of events.entries()) {
    const salts = new Map(committedFields(logged).map((field) => [field, saltOf(index, field)]));
    const context = { authority: "NORTH", epoch: 1, generation: index + 1, index };
    const leaf = leafBytes(logged, context, salts);
    log.leaves.push(leaf);
    log.eventIds.push(logged.event_id);
    log.rows.set(logged.event_id, canonicalJson(logged));
    log.salts.push(salts);
    log.nodes.push(...tree.append(leafHash(leaf)));
    if (tree.size === signedAt) sign();
  }
  log.head = { ...log.head, size: tree.size, root: tree.root() };
  return Object.assign(log, { source: sourceOf(log) });
}

function sourceOf(log: Omit<Audited, "source">): LogSource {
  return {
    head: () => log.head,
    leaf: (index) => log.leaves[index] ?? null,
    *entries(from, to): Iterable<StoredEntry> {
      for (let index = from; index < Math.min(to, log.leaves.length); index++) {
        const [leaf, eventId] = [log.leaves[index], log.eventIds[index]];
        if (leaf === undefined || eventId === undefined || leaf.length === 0) continue;
        const salts = log.salts[index] ?? new Map<string, Uint8Array>();
        const eventJson = log.rows.get(eventId) ?? null;
        yield { index, eventId, leaf, eventJson, createdAt: timeIn(eventJson), salts };
      }
    },
    hashes: (positions) =>
      positions.map((position) => {
        const node = log.nodes[position];
        if (node === undefined) throw new AppError("log_broken", `no hash at ${position}`);
        return node;
      }),
    *unlogged(): Iterable<string> {
      for (const id of log.rows.keys()) if (!log.eventIds.includes(id)) yield id;
    },
  };
}

/** The time that an event names; null when there is none. */
function timeIn(eventJson: string | null): string | null {
  return /"created_at":\s*"([^"]*)"/.exec(eventJson ?? "")?.[1] ?? null;
}
