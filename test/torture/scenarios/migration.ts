/** A state of the version before, with events, is opened by this one. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { fromInstant, toOffsetForm } from "../../../src/protocol/instant.js";
import { Connection } from "../../../src/state/connection.js";
import { migrate, SCHEMA_VERSION } from "../../../src/state/migrations/index.js";
import { databaseOf, detailsOf, NOW, writing } from "../place.js";
import type { Scenario } from "../scenario.js";

const BEFORE = SCHEMA_VERSION - 1;
const EVENTS = 300;
const AT = toOffsetForm(fromInstant(NOW));

function fillIn(path: string): void {
  const database = new Database(path);
  const insert = database.prepare("INSERT INTO audit_events VALUES (?, ?, ?)");
  database.transaction(() => {
    for (let index = 0; index < EVENTS; index += 1) {
      const event_id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
      const details = { sovereign_id: `S${index}`, reason: `the reason of ${index}` };
      const event = { event_id, event_type: "sovereign_saved", details, created_at: AT };
      insert.run(event_id, canonicalJson(event), AT);
    }
  })();
  database.close();
}

export const migration: Scenario = {
  name: "migration",
  operations: 1,
  prepare: async (folder) => {
    mkdirSync(join(folder, "state"));
    const connection = new Connection(databaseOf(folder), {});
    migrate(connection, AT, BEFORE);
    connection.close();
    chmodSync(databaseOf(folder), 0o600);
    fillIn(databaseOf(folder));
  },
  work: async (folder, acknowledge) => {
    writing(folder, (writer) => acknowledge(1, writer));
  },
  survey: (_folder, state) => {
    const events = detailsOf(state, "sovereign_saved", "sovereign_id").length;
    const faults = events === EVENTS ? [] : [`${events} of ${EVENTS} events are left`];
    // Whoever reads has migrated; that every event became an entry is what is checked of every log.
    return { changed: [1], logged: [1], faults };
  },
};
