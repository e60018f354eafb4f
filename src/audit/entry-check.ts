/** Compares entries of the log with the rows and salts that they were made of. */
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { StoredEntry } from "../model/log.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseJson } from "../protocol/json.js";
import { isErased, partsOf, type LoggedEvent } from "../protocol/log/committed.js";
import {
  commitment,
  leafBytes,
  leafOf,
  leafText,
  parseLeaf,
  type Leaf,
  type LeafContext,
} from "../protocol/log/leaf.js";
import { isEvent, isObject } from "./event-shape.js";
import { Faulty } from "./verification.js";

const ERASURE = "audit_field_erased";

export class EntryCheck {
  /** Fields whose value is gone, by what their erasure must be logged as. */
  readonly #erased = new Map<string, { readonly index: number; readonly field: string }>();
  /** Erasures that the log holds. */
  readonly #logged = new Set<string>();
  disclosed = 0;

  get hidden(): number {
    return this.#erased.size;
  }

  /** The event of the entry. Throws `Faulty` with what is wrong. */
  check(entry: StoredEntry): LoggedEvent {
    const event = rebuilt(entry) ?? this.#examine(entry);
    if (entry.createdAt !== event.created_at)
      throw altered(entry.index, "the event's row names another time than the event");
    this.disclosed += entry.salts.size;
    this.#note(entry.index, event);
    return event;
  }

  /** Takes note of an entry behind those that are checked, which may be an erasure. Null for one that does not verify. */
  noteErasure(entry: StoredEntry): LoggedEvent | null {
    const event = rebuilt(entry);
    if (event !== null) this.#note(entry.index, event);
    return event;
  }

  /** After the last entry, for an erasure stands behind what it erased. Throws `Faulty`. */
  finish(): void {
    for (const [erasure, { index, field }] of this.#erased)
      if (!this.#logged.has(erasure))
        throw new Faulty(
          "erased_unlogged",
          index,
          `the value of ${field} is gone, and no entry says that it was erased`,
        );
  }

  /** No entry says of one behind it that it was erased: it would be a licence to. */
  #note(at: number, { event_type: type, details: { index, field } }: LoggedEvent): void {
    if (type === ERASURE && typeof index === "number" && index < at && typeof field === "string")
      this.#logged.add(erasureOf(index, field));
  }

  /** The long way: finds what differs, or that it is an erased field that does. */
  #examine(entry: StoredEntry): LoggedEvent {
    const { index, leaf: bytes, salts } = entry;
    const leaf = readLeaf(entry);
    const event = readEvent(entry);
    compareNames(index, leaf, event);
    const { committed } = partsOf(event);
    const erased = new Map<string, string>();
    for (const [field, value] of committed) {
      const expected = leaf.commitments.get(field);
      if (expected === undefined)
        throw altered(index, `the event has a field ${field} that the leaf does not commit to`);
      const salt = salts.get(field);
      if (salt === undefined) {
        if (!isErased(field, value))
          throw new Faulty("salt_missing", index, `the salt of ${field} is gone, its value is not`);
        erased.set(field, expected);
        this.#erased.set(erasureOf(index, field), { index, field });
      } else if (commitment(salt, field, value) !== expected) {
        throw new Faulty(
          "commitment_mismatch",
          index,
          `the value or the salt of ${field} is not what the leaf commits to`,
        );
      }
    }
    for (const field of [...leaf.commitments.keys(), ...salts.keys()])
      if (!committed.has(field)) throw altered(index, `the event's field ${field} is gone`);
    if (!same(leafBytes(event, leaf, salts, erased), bytes))
      throw altered(index, "the event is not the one that the leaf records");
    return event;
  }
}

/**
 * The event when leaf, row and salts agree, by the shortest way: the leaf is made again and its bytes compared. Null leaves
 * the judgement to the strict readers.
 */
function rebuilt({ index, leaf, eventJson, salts }: StoredEntry): LoggedEvent | null {
  if (eventJson === null) return null;
  try {
    const event: unknown = JSON.parse(eventJson);
    // Equal text has no duplicate names and no number that changed on the way.
    if (!isEvent(event) || JSON.stringify(event) !== eventJson) return null;
    const text: unknown = JSON.parse(Buffer.from(leaf).toString("latin1"));
    if (!isContext(text) || text.index !== index) return null;
    const parts = partsOf(event);
    if (parts.committed.size !== salts.size) return null;
    return same(leafOf(event, parts, text, salts), leaf) ? event : null;
  } catch {
    return null;
  }
}

function compareNames(index: number, leaf: Leaf, event: LoggedEvent): void {
  if (leaf.index !== index)
    throw new Faulty("leaf_altered", index, `the leaf says that it is entry ${leaf.index}`);
  if (leaf.eventId !== leafText(event.event_id))
    throw new Faulty("event_swapped", index, `the row holds the event ${event.event_id}`);
  if (leaf.eventType !== leafText(event.event_type))
    throw altered(index, "the event's type is another");
  if (leaf.createdAt !== leafText(event.created_at))
    throw altered(index, "the event's time is another");
  const { details } = partsOf(event);
  const named = new Map(Object.entries(leaf.details));
  for (const [name, value] of Object.entries(details)) {
    const logged = named.get(name);
    named.delete(name);
    if (logged === undefined || canonicalJson(logged) !== canonicalJson(value))
      throw altered(index, `the event's ${name} is another`);
  }
  for (const name of named.keys()) throw altered(index, `the event's ${name} is gone`);
}

function readLeaf({ index, leaf }: StoredEntry): Leaf {
  try {
    return parseLeaf(leaf);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty("leaf_unreadable", index, error.message);
  }
}

function readEvent({ index, eventId, eventJson }: StoredEntry): LoggedEvent {
  if (eventJson === null)
    throw new Faulty("event_missing", index, `the row of the event ${eventId} is gone`);
  let value: JsonValue;
  try {
    value = parseJson(eventJson);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw altered(index, "the event is not JSON");
  }
  if (!isEvent(value)) throw altered(index, "the row holds no event");
  return value;
}

function isContext(value: unknown): value is LeafContext {
  return (
    isObject(value) &&
    (value["authority"] === null || typeof value["authority"] === "string") &&
    typeof value["epoch"] === "number" &&
    typeof value["generation"] === "number" &&
    typeof value["index"] === "number"
  );
}

function altered(index: number, message: string): Faulty {
  return new Faulty("event_altered", index, message);
}

function erasureOf(index: number, field: string): string {
  return `${index} ${field}`;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
