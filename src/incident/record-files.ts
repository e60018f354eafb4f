/** Whether the files of an incident's folder are still those that were recorded. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { AppError } from "../errors.js";
import type { Incident } from "../model/incident.js";
import { sha256 } from "../protocol/digest.js";
import { goesOn, openIncident, readTimeline, TIMELINE, type OpenIncident } from "./folder.js";
import { INCIDENT_FILE, readIncident } from "./read-incident.js";

/** `not recorded`: nobody has written down that it is there. */
export type FileState = "as recorded" | "CHANGED" | "missing" | "not recorded";

/** Made from the record, or the record itself. */
const OWN = new Set([INCIDENT_FILE, TIMELINE, "report.md", "report.html"]);

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
  const steps = readTimeline(dir);
  const files = new Map<string, FileState>(
    incident.files.map(({ name, sha256: digest }) => [name, stateOf(join(dir, name), digest)]),
  );
  const isGone = steps.length === 0 && incident.steps.length > 0;
  const isAsRecorded = goesOn(incident.steps, steps);
  files.set(TIMELINE, isGone ? "missing" : isAsRecorded ? "as recorded" : "CHANGED");
  for (const name of namesIn(dir))
    if (!OWN.has(name) && !name.startsWith(".") && !files.has(name))
      files.set(name, "not recorded");
  return { incident: { ...incident, steps }, files };
}

function namesIn(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .toSorted();
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
