/** One writer commits so much that SQLite moves its log into the database again and again. */
import type { Scenario } from "../scenario.js";
import { desired, operatorKey } from "../../helpers/desired.js";
import { numbersWhere, settle, writing } from "../place.js";
import { save, savedSovereigns } from "./take-over.js";

/** 75 pages each, and SQLite moves them every 1,000. */
const OPERATIONS = 30;

export const checkpoint: Scenario = {
  name: "checkpoint",
  operations: OPERATIONS,
  prepare: async (folder) => settle(folder, desired({ operatorKeys: [operatorKey("root")] })),
  work: async (folder, acknowledge) =>
    writing(folder, (writer) => {
      const done = savedSovereigns(OPERATIONS, writer).changed;
      for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
        save(writer, number);
        acknowledge(number, writer);
      }
    }),
  survey: (_folder, state) => savedSovereigns(OPERATIONS, state),
};
