/** incident.json as a value, and the incidents that a folder holds. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { INCIDENT_KINDS, type Incident } from "../model/incident.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { prettyJson } from "../protocol/canonical.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { typedJson } from "../protocol/typed-json.js";

export const INCIDENT_FILE = "incident.json";

const LISTS = [
  "steps",
  "findings",
  "effects",
  "checks",
  "confirmations",
  "drafts",
  "notices",
  "files",
] as const;
const TEXTS = ["id", "subject", "opened_at", "opened_by", "updated_at"] as const;

/** The text of incident.json. */
export function incidentText(incident: Incident): string {
  return `${prettyJson(typedJson(incident))}\n`;
}

/** The incident of a folder; null: it has none. Throws AppError `bad_incident`, `unreadable_file`. */
export function readIncident(dir: string): Incident | null {
  const path = join(dir, INCIDENT_FILE);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new AppError("unreadable_file", `${path} cannot be read`, { cause });
  }
  try {
    const value = parseJson(bytes);
    if (isIncident(value)) return value as unknown as Incident;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError("bad_incident", `${path}: ${cause.message}`, { cause });
  }
  throw new AppError("bad_incident", `${path} is no incident of this version`);
}

/** The incidents in the folders below `parent`, oldest first; what is none is left out. */
export function incidentsBelow(parent: string): readonly (readonly [string, Incident])[] {
  return namesIn(parent).flatMap((name) => {
    const dir = join(parent, name);
    try {
      const incident = readIncident(dir);
      return incident === null ? [] : [[dir, incident] as const];
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  });
}

function namesIn(parent: string): readonly string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw new AppError("unreadable_file", `${parent} cannot be read`, { cause });
  }
}

function isIncident(value: JsonValue): value is JsonObject {
  return (
    isJsonObject(value) &&
    value["format"] === "concordat-incident/1" &&
    INCIDENT_KINDS.some((kind) => kind === value["kind"]) &&
    isJsonObject(value["origin"] ?? null) &&
    TEXTS.every((name) => typeof value[name] === "string") &&
    LISTS.every((name) => {
      const list = value[name];
      return Array.isArray(list) && list.every((item: JsonValue) => isJsonObject(item));
    })
  );
}
