/**
 * Loaded before a worker: counts every call with which it changes files or asks SQLite to, and kills the process in front of
 * the one it was told. It works wherever node does, and nothing of the program knows of it.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import fs from "node:fs";
import { FAILPOINT, FAILPOINT_LIST } from "./worker-environment.ts";

const target = Number(process.env[FAILPOINT] ?? "0");
const isCounting = process.env[FAILPOINT_LIST] !== undefined;
const passed: string[] = [];

function boundary(name: string): void {
  passed.push(name);
  if (passed.length === target) process.kill(process.pid, "SIGKILL");
}

type Naming = (given: readonly unknown[], self: object) => string | null;

/** Replaces a method by one that passes a boundary first, where `name` gives it a name. */
function guard(owner: object, method: string, name: Naming): void {
  const original: unknown = Reflect.get(owner, method);
  if (typeof original !== "function") throw new Error(`there is no ${method} to guard`);
  const guarded = function (this: object, ...given: readonly unknown[]): unknown {
    const boundaryName = name(given, this);
    if (boundaryName !== null) boundary(boundaryName);
    return Reflect.apply(original, this, given);
  };
  Reflect.set(owner, method, Object.assign(guarded, original));
}

const CHANGING = [
  "appendFileSync",
  "copyFileSync",
  "fdatasyncSync",
  "fsyncSync",
  "ftruncateSync",
  "linkSync",
  "mkdirSync",
  "renameSync",
  "rmSync",
  "truncateSync",
  "unlinkSync",
  "writeFileSync",
  "writeSync",
];
const CHANGING_LATER = ["appendFile", "copyFile", "mkdir", "open", "rename", "rm", "unlink"];

for (const method of CHANGING) guard(fs, method, () => method);
guard(fs, "openSync", ([, flags]) => (flags === undefined || flags === "r" ? null : "openSync"));
for (const method of [...CHANGING_LATER, "writeFile"])
  guard(fs.promises, method, () => `promises.${method}`);
syncBuiltinESMExports();

interface Native {
  readonly prototype: object;
  new (path: string): { prepare(sql: string): object; close(): void };
}

const Database = createRequire(import.meta.url)("better-sqlite3") as Native;
const probe = new Database(":memory:");
const statements: object = Object.getPrototypeOf(probe.prepare("SELECT 1"));
probe.close();
guard(statements, "run", () => "statement.run");
// What only reads leaves every file as it is: in front of it is where the last boundary already was.
const isRead = (statement: object): boolean => Reflect.get(statement, "readonly") === true;
for (const method of ["get", "all", "iterate"])
  guard(statements, method, (_given, self) => (isRead(self) ? null : `statement.${method}`));
guard(Database.prototype, "pragma", ([source]) =>
  String(source).includes("=") || String(source).includes("checkpoint") ? "pragma" : null,
);
for (const method of ["exec", "close", "backup"])
  guard(Database.prototype, method, () => `database.${method}`);

if (isCounting)
  process.once("exit", () =>
    fs.writeFileSync(process.env[FAILPOINT_LIST] ?? "", passed.join("\n")),
  );
