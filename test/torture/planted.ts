/** Bugs put into the program on purpose: a harness that does not catch them would not catch others. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Connection } from "../../src/state/connection.js";
import { FileWriter } from "../../src/state/writer.js";

/** The bug, and the scenario and the kind of fault in which it must show. */
export interface Planted {
  readonly name: string;
  readonly scenario: string;
  readonly shows: "kills" | "powerCuts";
  /** Changes the program in this process. */
  readonly plant: () => void;
}

export const PLANTED: readonly Planted[] = [
  {
    name: "synchronous is NORMAL",
    scenario: "admin write",
    shows: "powerCuts",
    plant: () => {
      const { pragma } = bound(Connection.prototype, "pragma");
      Connection.prototype.pragma = function (this: Connection, source: string): unknown {
        const result = pragma(this, source === "synchronous = 2" ? "synchronous = 1" : source);
        return source === "synchronous" && result === 1 ? 2 : result;
      };
    },
  },
  {
    name: "the audit is written in another transaction",
    scenario: "admin write",
    shows: "kills",
    plant: () => {
      const { commit } = bound(FileWriter.prototype, "commit");
      FileWriter.prototype.commit = function (this: FileWriter, batch, expected) {
        const generation = commit(this, { ...batch, events: [] }, expected);
        this.note([], batch.events);
        return generation;
      };
    },
  },
  {
    name: "the nonce is spent before the request is judged",
    scenario: "admin write",
    shows: "kills",
    plant: () => {
      const { commit } = bound(FileWriter.prototype, "commit");
      FileWriter.prototype.commit = function (this: FileWriter, batch, expected) {
        const isClaim = (note: (typeof batch.notes)[number]) => note.do === "claim_nonce";
        this.note(batch.notes.filter(isClaim), []);
        const notes = batch.notes.filter((note) => !isClaim(note));
        return commit(this, { ...batch, notes }, expected);
      };
    },
  },
  {
    name: "no folder is synced",
    // Where the state stands, SQLite itself syncs the folder often enough to hide it.
    scenario: "backup",
    shows: "powerCuts",
    plant: () => {
      const { fsyncSync } = fs;
      fs.fsyncSync = (descriptor) => {
        if (!fs.fstatSync(descriptor).isDirectory()) fsyncSync(descriptor);
      };
      syncBuiltinESMExports();
    },
  },
  {
    name: "a restore keeps the old -wal",
    scenario: "restore",
    shows: "kills",
    plant: () => {
      const { renameSync } = fs;
      fs.renameSync = (from, to) => {
        if (!String(from).endsWith("-wal")) renameSync(from, to);
      };
      syncBuiltinESMExports();
    },
  },
];

/** A method as a function of its object and its arguments. */
function bound<T, K extends keyof T>(
  owner: T,
  method: K,
): Record<K, T[K] extends (...given: infer A) => infer R ? (self: T, ...given: A) => R : never> {
  const original = owner[method];
  const call = (self: T, ...given: unknown[]): unknown =>
    Reflect.apply(original as (...args: unknown[]) => unknown, self, given);
  return { [method]: call } as ReturnType<typeof bound<T, K>>;
}

export function plant(name: string): void {
  const bug = PLANTED.find((each) => each.name === name);
  if (bug === undefined) throw new Error(`no planted bug ${name}`);
  bug.plant();
}
