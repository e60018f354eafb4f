/** The log grows by one entry after another, until the file that its checkpoints are put in escrow in is made anew. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { auditEvent } from "../../../src/audit/events.js";
import { COMPACT_BYTES } from "../../../src/state/log/escrow.js";
import type { StateReader } from "../../../src/state/reader.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { desired, operatorKey } from "../../helpers/desired.js";
import { detailsOf, escrowOf, NOW, numbersWhere, settle, writing } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";

const OPERATIONS = 12;
const LINE_BYTES = 400;

function record(writer: StateWriter, number: number): void {
  const details = { sequence: number, reason: `the reason of ${number}` };
  writer.note([], [auditEvent("admin_auth_failed", details, NOW, randomBytes(16))]);
}

/** An entry of which nothing else tells. */
function survey(_folder: string, state: StateReader): Survey {
  const sequences = new Set(detailsOf(state, "admin_auth_failed", "sequence"));
  const logged = numbersWhere(OPERATIONS, (number) => sequences.has(number));
  return { changed: logged, logged, faults: [] };
}

export const escrow: Scenario = {
  name: "escrow",
  operations: OPERATIONS,
  prepare: async (folder) => {
    settle(folder, desired({ operatorKeys: [operatorKey("root")] }));
    writing(folder, (writer) => {
      const enough = COMPACT_BYTES - (OPERATIONS / 2) * LINE_BYTES;
      for (let index = 0; statSync(escrowOf(folder)).size < enough; index += 1)
        record(writer, -1 - index);
    });
  },
  work: async (folder, acknowledge) =>
    writing(folder, (writer) => {
      const done = survey(folder, writer).changed;
      for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
        record(writer, number);
        acknowledge(number, writer);
      }
    }),
  survey,
};
