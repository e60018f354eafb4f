/** The folder of one incident: everything in it is written whole, and what was written is never lost to a crash. */
import { dirname, join } from "node:path";
import { AppError } from "../errors.js";
import type { Digest } from "../model/digest.js";
import type {
  Incident,
  IncidentFile,
  IncidentKind,
  IncidentOrigin,
  IncidentStep,
  IncidentUpdate,
} from "../model/incident.js";
import type { Instant } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { fromInstant } from "../protocol/instant.js";
import { typedJson } from "../protocol/typed-json.js";
import { uuid4 } from "../protocol/uuid.js";
import { appendLine, makePrivateFolder, readLines, writeWhole } from "./durable-file.js";
import { INCIDENT_FILE, incidentsBelow, incidentText, readIncident } from "./read-incident.js";

export const TIMELINE = "timeline.jsonl";
/** Names of files in the folder: no dots in front, no way out of it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export interface OpenIncident {
  /** The folder itself, made or continued; null: the open one of this kind and subject, or a new one in `parent`. */
  readonly dir: string | null;
  readonly parent: string;
  readonly kind: IncidentKind;
  readonly subject: string;
  readonly origin: IncidentOrigin;
  readonly by: string;
  readonly clock: () => Instant;
  readonly random: (length: number) => Uint8Array;
}

/**
 * Opens the folder of an incident, or makes it. The same kind and subject continue the incident that is still open.
 * Throws AppError `bad_incident` for a folder of another incident or with an altered timeline, `unwritable_file`.
 */
export function openIncident(options: OpenIncident): IncidentFolder {
  const { kind, subject } = options;
  const continued = existing(options);
  if (continued !== null) {
    const [dir, incident] = continued;
    if (incident.kind !== kind || incident.subject !== subject)
      throw new AppError("bad_incident", `${dir} is of ${incident.kind} ${incident.subject}`);
    return new IncidentFolder(dir, incident, options);
  }
  const { origin, by, clock, random } = options;
  const at = fromInstant(clock());
  const id = uuid4(random(16));
  const dir = options.dir ?? join(options.parent, `${at.slice(0, 10)}-${kind}-${id.slice(0, 8)}`);
  const folder = new IncidentFolder(
    dir,
    {
      format: "concordat-incident/1",
      id,
      kind,
      subject,
      opened_at: at,
      opened_by: by,
      updated_at: at,
      status: "open",
      origin,
      asked: {},
      steps: [],
      findings: [],
      effects: [],
      checks: [],
      confirmations: [],
      drafts: [],
      notices: [],
      files: [],
    },
    options,
  );
  folder.record({ step: "open", outcome: "done", message: `${kind} of ${subject}` });
  return folder;
}

function existing({
  dir,
  parent,
  kind,
  subject,
}: OpenIncident): readonly [string, Incident] | null {
  if (dir !== null) {
    const incident = readIncident(dir);
    return incident === null ? null : [dir, incident];
  }
  const open = incidentsBelow(parent).find(
    ([, incident]) =>
      incident.status === "open" && incident.kind === kind && incident.subject === subject,
  );
  return open ?? null;
}

/** The steps as they were written down, one by one. Throws AppError `bad_incident`, `unreadable_file`. */
export function readTimeline(dir: string): readonly IncidentStep[] {
  return readLines(join(dir, TIMELINE)) as unknown as readonly IncidentStep[];
}

/** The steps stand in the record too; a crash leaves the timeline one of them ahead. */
export function goesOn(recorded: readonly IncidentStep[], steps: readonly IncidentStep[]): boolean {
  const isSame = recorded.every((step, index) => {
    const other = steps[index];
    return other !== undefined && textOf(step) === textOf(other);
  });
  return isSame && steps.length <= recorded.length + 1;
}

function textOf(step: IncidentStep): string {
  return canonicalJson(typedJson(step));
}

export class IncidentFolder {
  readonly dir: string;
  readonly #by: string;
  readonly #clock: () => Instant;
  #incident: Incident;

  constructor(dir: string, incident: Incident, { by, clock }: Pick<OpenIncident, "by" | "clock">) {
    this.dir = dir;
    this.#by = by;
    this.#clock = clock;
    makePrivateFolder(dir);
    const steps = readTimeline(dir);
    if (!goesOn(incident.steps, steps))
      throw new AppError("bad_incident", `${join(dir, TIMELINE)} is not as it was recorded`, {
        hint: "keep that folder as it is, and go on in another: --incident DIR",
      });
    this.#incident = { ...incident, steps };
  }

  get incident(): Incident {
    return this.#incident;
  }

  /** Appends one step to the timeline, and brings incident.json up to date. */
  record(step: Pick<IncidentStep, "step" | "outcome" | "message"> & Partial<IncidentStep>): void {
    const at = fromInstant(this.#clock());
    const line: IncidentStep = { by: this.#by, log_index: null, ...step, at };
    appendLine(join(this.dir, TIMELINE), { ...line });
    this.#save({ steps: [...this.#incident.steps, line] });
  }

  /** Replaces the lists that are given. */
  update(change: IncidentUpdate): void {
    this.#save(change);
  }

  /** Writes a file of the folder, whole, in place of an earlier one of that name. Returns its path. */
  addFile(name: string, content: string | Uint8Array): string {
    if (!NAME.test(name) || name === INCIDENT_FILE || name === TIMELINE)
      throw new AppError("internal", `${name} is no name for a file of an incident`);
    const bytes = Buffer.from(content);
    const path = join(this.dir, name);
    makePrivateFolder(dirname(path));
    writeWhole(path, bytes);
    this.#list({ name, sha256: sha256(bytes), bytes: bytes.length });
    return path;
  }

  /** Lists a file that something else has written into the folder. */
  listFile(name: string, digest: Digest, bytes: number): void {
    this.#list({ name, sha256: digest, bytes });
  }

  #list(file: IncidentFile): void {
    const others = this.#incident.files.filter(({ name }) => name !== file.name);
    const files = [...others, file].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#save({ files });
  }

  #save(change: Partial<Incident>): void {
    const updated_at = fromInstant(this.#clock());
    this.#incident = { ...this.#incident, ...change, updated_at };
    writeWhole(join(this.dir, INCIDENT_FILE), incidentText(this.#incident));
  }
}
