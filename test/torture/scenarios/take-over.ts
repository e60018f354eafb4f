/** Writers come one after another, the first after one that died: each takes the lock, recovers what is there and commits. */
import { copyFileSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { auditEvent } from "../../../src/audit/events.js";
import type { StateReader } from "../../../src/state/reader.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { desired, operatorKey } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { detailsOf, NOW, numbersWhere, openWriter, settle, writing } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";

const OPERATIONS = 4;

/** Of a size that makes SQLite move pages from its log into the database while it goes on. */
const ENDPOINT = `https://example.org/${"x".repeat(300_000)}`;

export function save(writer: StateWriter, number: number): void {
  const sovereignId = `SOVEREIGN-${number}`;
  const publicKeys = [keyOf(`sovereign ${number}`).publicKey];
  const feed = { url: null, maxAge: null, suspend: false };
  const sovereign = { name: `s${number}`, sovereignId, publicKeys, endpoint: ENDPOINT, feed };
  const details = { sovereign_id: sovereignId };
  const event = auditEvent("sovereign_saved", details, NOW, randomBytes(16));
  writer.commit(
    { operations: [{ do: "put_sovereign", sovereign }], notes: [], events: [event], applied: null },
    { generation: writer.generation() },
  );
}

export function savedSovereigns(operations: number, state: StateReader): Survey {
  const known = new Set(state.snapshot().sovereigns.map((row) => row.sovereignId));
  const logged = new Set(detailsOf(state, "sovereign_saved", "sovereign_id"));
  return {
    changed: numbersWhere(operations, (number) => known.has(`SOVEREIGN-${number}`)),
    logged: numbersWhere(operations, (number) => logged.has(`SOVEREIGN-${number}`)),
    faults: [],
  };
}

export const takeOver: Scenario = {
  name: "lock take-over",
  operations: OPERATIONS,
  prepare: async (folder) => {
    settle(folder, desired({ operatorKeys: [operatorKey("root")] }));
    // The files as they are while a writer is in the middle of its life are those of one that was killed there.
    const state = join(folder, "state");
    const left = join(folder, "left");
    mkdirSync(left);
    const writer = openWriter(folder);
    save(writer, 1);
    for (const name of readdirSync(state)) copyFileSync(join(state, name), join(left, name));
    writer.close();
    renameSync(state, join(folder, "closed"));
    renameSync(left, state);
  },
  work: async (folder, acknowledge) => {
    for (const number of numbersWhere(OPERATIONS, () => true)) {
      writing(folder, (writer) => {
        if (!savedSovereigns(OPERATIONS, writer).changed.includes(number)) save(writer, number);
        acknowledge(number, writer);
      });
    }
  },
  survey: (_folder, state) => savedSovereigns(OPERATIONS, state),
};
