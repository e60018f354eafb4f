/** What may befall a log, and what a verification must say of it. */
import type { LogFaultCode } from "../../../src/audit/verification.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { signCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import type { LoggedEvent } from "../../../src/protocol/log/committed.js";
import { RootBuilder, leafHash, storedHashIndex } from "../../../src/protocol/log/merkle.js";
import {
  KEY,
  ORIGIN,
  auditedLog,
  event,
  revocations,
  type Audited,
} from "../../helpers/audited.js";
import { keyOf } from "../../helpers/keys.js";

/** Entries of the log that is damaged. */
export const SIZE = 11;

/** The item that stands there. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

function row(log: Audited, index: number): { id: string; json: string } {
  const id = at(log.eventIds, index);
  return { id, json: log.rows.get(id) ?? "" };
}

/** Changes the text of a row. It must change. */
export function edit(log: Audited, index: number, from: string, to: string): void {
  const { id, json } = row(log, index);
  if (!json.includes(from)) throw new Error(`the row has no ${from}`);
  log.rows.set(id, json.replace(from, to));
}

function turned(bytes: Uint8Array, place = 0): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
  return copy;
}

function editLeaf(log: Audited, index: number, from: string, to: string): void {
  const text = Buffer.from(at(log.leaves, index)).toString();
  if (!text.includes(from)) throw new Error(`the leaf has no ${from}`);
  log.leaves[index] = Buffer.from(text.replace(from, to));
}

/** Makes hashes and head again for whatever the leaves say, as one who holds the file but no key would. */
function rebuild(log: Audited): void {
  const tree = new RootBuilder();
  log.nodes = log.leaves.flatMap((leaf) => tree.append(leafHash(leaf)));
  log.head = { ...log.head, size: tree.size, root: tree.root() };
}

function truncate(log: Audited, size: number): void {
  for (const id of log.eventIds.slice(size)) log.rows.delete(id);
  log.leaves = log.leaves.slice(0, size);
  log.eventIds = log.eventIds.slice(0, size);
  log.salts = log.salts.slice(0, size);
}

interface Damage {
  readonly why: string;
  readonly damage: (log: Audited) => void;
  readonly fault: LogFaultCode;
  readonly index: number | null;
}

export const DAMAGES: readonly Damage[] = [
  {
    why: "a leaf is edited",
    damage: (log) => editLeaf(log, 5, '"generation":6', '"generation":7'),
    fault: "leaf_altered",
    index: 5,
  },
  {
    why: "the stored hash of a leaf is edited",
    damage: (log) => {
      const position = storedHashIndex(0, 5);
      log.nodes[position] = turned(at(log.nodes, position));
    },
    fault: "node_altered",
    index: 5,
  },
  {
    why: "a stored hash above the leaves is edited",
    damage: (log) => {
      const position = storedHashIndex(1, 3);
      log.nodes[position] = turned(at(log.nodes, position));
    },
    fault: "node_altered",
    index: 7,
  },
  {
    why: "the last stored hashes are gone",
    damage: (log) => log.nodes.splice(-1),
    fault: "node_altered",
    index: 10,
  },
  {
    why: "a leaf is no leaf, and its hashes fit",
    damage: (log) => {
      log.leaves[5] = Buffer.from("{}");
      rebuild(log);
    },
    fault: "leaf_unreadable",
    index: 5,
  },
  {
    why: "two leaves are swapped, and their hashes fit",
    damage: (log) => {
      [log.leaves[4], log.leaves[6]] = [at(log.leaves, 6), at(log.leaves, 4)];
      rebuild(log);
    },
    fault: "leaf_altered",
    index: 4,
  },
  {
    why: "a public detail of an event is edited",
    damage: (log) => edit(log, 3, "treaty-3", "treaty-4"),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event's time is edited",
    damage: (log) => edit(log, 3, "00:00:03", "00:00:04"),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event's type is edited",
    damage: (log) => edit(log, 3, "treaty_revoked", "treaty_issued"),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event has one more detail",
    damage: (log) => edit(log, 3, '"by":', '"also":1,"by":'),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event has one more member",
    damage: (log) => edit(log, 3, '{"created_at"', '{"also":1,"created_at"'),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event lacks a detail",
    damage: (log) => edit(log, 3, '"by":"operator-root",', ""),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event says something twice",
    damage: (log) => edit(log, 3, '"by":', '"by":"someone-else","by":'),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event is no JSON",
    damage: (log) => edit(log, 3, "{", "["),
    fault: "event_altered",
    index: 3,
  },
  {
    why: "an event's reason is edited",
    damage: (log) => edit(log, 3, "reason 3", "reason 4"),
    fault: "commitment_mismatch",
    index: 3,
  },
  {
    why: "a salt is edited",
    damage: (log) => {
      const salts = at(log.salts, 3);
      log.salts[3] = new Map([
        ...salts,
        ["reason", turned(salts.get("reason") ?? Buffer.alloc(16))],
      ]);
    },
    fault: "commitment_mismatch",
    index: 3,
  },
  {
    why: "a salt is gone",
    damage: (log) => {
      log.salts[3] = new Map([...at(log.salts, 3)].filter(([field]) => field !== "reason"));
    },
    fault: "salt_missing",
    index: 3,
  },
  {
    why: "a value is erased, and no entry says so",
    damage: (log) => {
      edit(log, 3, "reason 3", "<erased>");
      log.salts[3] = new Map([...at(log.salts, 3)].filter(([field]) => field !== "reason"));
    },
    fault: "erased_unlogged",
    index: 3,
  },
  {
    why: "an event is deleted",
    damage: (log) => log.rows.delete(at(log.eventIds, 3)),
    fault: "event_missing",
    index: 3,
  },
  {
    why: "two events are swapped",
    damage: (log) => {
      const [one, other] = [row(log, 3), row(log, 8)];
      log.rows.set(one.id, other.json).set(other.id, one.json);
    },
    fault: "event_swapped",
    index: 3,
  },
  {
    why: "an event is inserted",
    damage: (log) => log.rows.set("foreign", canonicalJson(event(99, {}))),
    fault: "event_unlogged",
    index: null,
  },
  {
    why: "a leaf in the middle is gone",
    damage: (log) => {
      log.leaves[6] = Buffer.alloc(0);
    },
    fault: "index_gap",
    index: 6,
  },
  {
    why: "the tail is gone",
    damage: (log) => truncate(log, 8),
    fault: "tail_truncated",
    index: 8,
  },
  {
    why: "the tail is gone, and the head fits",
    damage: (log) => {
      truncate(log, 8);
      rebuild(log);
    },
    fault: "tail_truncated",
    index: 8,
  },
  {
    why: "an entry stands behind the head",
    damage: (log) => {
      log.leaves.push(Buffer.from("{}"));
    },
    fault: "tail_unrecorded",
    index: 11,
  },
  {
    why: "the head names another root",
    damage: (log) => {
      log.head = { ...log.head, root: turned(log.head.root) };
    },
    fault: "root_mismatch",
    index: null,
  },
  {
    why: "the whole log is made again with another past",
    damage: (log) => {
      const events: LoggedEvent[] = [...revocations(SIZE)];
      events[2] = event(2, { treaty_id: "treaty-2", reason: "another" });
      const { leaves, rows, salts, nodes, head } = auditedLog(events);
      Object.assign(log, { leaves, rows, salts, nodes });
      log.head = { ...head, checkpoint: log.head.checkpoint };
    },
    fault: "root_mismatch",
    index: null,
  },
  {
    why: "the checkpoint is signed with another key",
    damage: (log) => {
      log.head = { ...log.head, checkpoint: signCheckpoint(log.head, ORIGIN, keyOf("other")) };
    },
    fault: "checkpoint_refused",
    index: null,
  },
  {
    why: "the checkpoint is another log's",
    damage: (log) => {
      log.head = { ...log.head, checkpoint: signCheckpoint(log.head, "SOUTH/audit", KEY) };
    },
    fault: "checkpoint_refused",
    index: null,
  },
  {
    why: "the head says another size of its checkpoint",
    damage: (log) => {
      log.head = { ...log.head, checkpointSize: 10 };
    },
    fault: "checkpoint_refused",
    index: null,
  },
];
