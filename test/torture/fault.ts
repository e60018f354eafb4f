/** What is done to a worker, and its name, by which it can be done again. */
import type { Survival } from "./disk-file.js";
import type { Boundary, DiskError } from "./strace.js";

export type Fault =
  /** Killed in front of a boundary of the portable build; `again`: and its successor in front of that one. */
  | { readonly kind: "failpoint"; readonly at: number; readonly again: number | null }
  /** Killed in front of a system call; `again` as above. */
  | { readonly kind: "syscall"; readonly at: Boundary; readonly again: number | null }
  /** A system call fails; `forever`: and every later one of its name. */
  | {
      readonly kind: DiskError;
      readonly at: Boundary;
      readonly forever: boolean;
    }
  /** The power goes after so many calls of a recorded run. */
  | {
      readonly kind: "power cut";
      readonly after: number;
      readonly survival: Survival;
      readonly seed: string;
    };

export type Injector = Fault["kind"];

export interface Case {
  readonly scenario: string;
  readonly fault: Fault;
}

/** Such as `apply/syscall/pwrite64:17` and `apply/power cut/120/some/seed`. */
export function nameOf({ scenario, fault }: Case): string {
  return [scenario, fault.kind, ...detailsOf(fault)].join("/");
}

function detailsOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case "failpoint":
      return [String(fault.at), ...againOf(fault.again)];
    case "syscall":
      return [boundaryText(fault.at), ...againOf(fault.again)];
    case "EIO":
    case "ENOSPC":
      return [`${boundaryText(fault.at)}${fault.forever ? "+" : ""}`];
    case "power cut":
      return [String(fault.after), fault.survival, fault.seed];
  }
}

function againOf(again: number | null): readonly string[] {
  return again === null ? [] : [String(again)];
}

function boundaryText({ call, when }: Boundary): string {
  return `${call}:${when}`;
}

/** The case of that name. Throws for what is none. */
export function parseCase(name: string): Case {
  const [scenario = "", kind = "", first = "", second = "", third = ""] = name.split("/");
  const again = second === "" ? null : Number(second);
  const [, call = "", when = "", plus = ""] = /^(\w+):(\d+)(\+?)$/.exec(first) ?? [];
  const at: Boundary = { call, when: Number(when) };
  switch (kind) {
    case "failpoint":
      return { scenario, fault: { kind, at: Number(first), again } };
    case "syscall":
      return { scenario, fault: { kind, at, again } };
    case "EIO":
    case "ENOSPC":
      return { scenario, fault: { kind, at, forever: plus === "+" } };
    case "power cut":
      if (second !== "synced" && second !== "some" && second !== "all") break;
      return { scenario, fault: { kind, after: Number(first), survival: second, seed: third } };
  }
  throw new Error(`no case ${name}`);
}
