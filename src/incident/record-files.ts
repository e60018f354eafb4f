/** Whether the files of an incident's folder are still those that were recorded. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { Incident, IncidentStep } from "../model/incident.js";
import { sha256 } from "../protocol/digest.js";
import { readLines } from "./durable-file.js";
import { openIncident, TIMELINE, type OpenIncident } from "./folder.js";
import { readIncident } from "./read-incident.js";

export type FileState = "as recorded" | "CHANGED" | "missing";

export interface Recorded {
  readonly incident: Incident;
  readonly files: ReadonlyMap<string, FileState>;
}

/** Throws AppError `bad_incident`, `unreadable_file`. */
export function readRecord(dir: string): Recorded {
  const incident = readIncident(dir);
  if (incident === null)
    throw new AppError("bad_incident", `${dir} holds no incident.json`, {
      hint: "name the folder of an incident",
    });
  const steps = readLines(join(dir, TIMELINE)) as unknown as readonly IncidentStep[];
  const files = new Map(
    incident.files.map(({ name, sha256: digest }) => [name, stateOf(join(dir, name), digest)]),
  );
  return { incident: { ...incident, steps }, files };
}

/** Nothing continues it any more: the same kind and subject begin another one. Throws as `readRecord`. */
export function closeIncident(
  dir: string,
  { by, clock, random }: Pick<OpenIncident, "by" | "clock" | "random">,
): void {
  const { kind, subject, origin, status } = readRecord(dir).incident;
  if (status === "closed") return;
  const folder = openIncident({ dir, parent: dir, kind, subject, origin, by, clock, random });
  folder.update({ status: "closed" });
  folder.record({ step: "close", outcome: "done", message: "nothing is left to do" });
}

function stateOf(path: string, digest: string): FileState {
  try {
    return sha256(readFileSync(path)) === digest ? "as recorded" : "CHANGED";
  } catch {
    return "missing";
  }
}
