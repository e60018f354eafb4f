/** What the commands of an incident work with: the state, the folder, and the right to be alone with both. */
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { LocalAction, LocalAnswer } from "../model/admin.js";
import type { IncidentKind, IncidentOrigin } from "../model/incident.js";
import type { Plan } from "../model/plan.js";
import type { Instant } from "../model/time.js";
import { encodeBase64 } from "../protocol/base64.js";
import { sha256 } from "../protocol/digest.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { WriterLock } from "../state/lock.js";
import { openState } from "../state/open.js";
import type { StateReader } from "../state/reader.js";
import type { DraftSource } from "./draft.js";
import { makePrivateFolder } from "./durable-file.js";
import { openIncident, type IncidentFolder } from "./folder.js";

export interface IncidentTools {
  /** Where drafts are made. */
  readonly source: DraftSource;
  readonly db: string;
  /** Where new folders are made. */
  readonly parent: string;
  /** The incident's own folder, if it was named. */
  readonly dir: string | null;
  readonly by: string;
  readonly version: string;
  readonly clock: () => Instant;
  readonly random: (length: number) => Uint8Array;
  /** Takes trust away at once: by the controller that runs, or in the state itself. */
  readonly act: (action: LocalAction) => Promise<LocalAnswer>;
  readonly planText: (plan: Plan) => string;
}

/** Opens the state for as long as `work` takes. Throws AppError `state_missing`, and those of opening it. */
export async function withState<T>(
  { db }: Pick<IncidentTools, "db">,
  work: (reader: StateReader) => T | Promise<T>,
): Promise<T> {
  const reader = openState(db);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

/** One run at a time for each incident: two would write one folder. Throws AppError `lock_held`, and what `work` throws. */
export async function alone<T>(
  { dir, parent, clock }: Pick<IncidentTools, "dir" | "parent" | "clock">,
  kind: IncidentKind,
  subject: string,
  work: () => Promise<T>,
): Promise<T> {
  const place = dir ?? parent;
  makePrivateFolder(place);
  const name = `.${kind}-${sha256(subject).slice(-16)}`;
  const since = toOffsetForm(fromInstant(clock()));
  const lock = take(join(place, name), `concordat incident ${kind}`, since);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function take(path: string, command: string, since: string): WriterLock {
  try {
    return WriterLock.acquire(path, command, since);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "lock_held") throw cause;
    const { details } = cause;
    const message = "another run works on this incident";
    const hint = "wait until it has ended, and run this again";
    throw new AppError("lock_held", message, { cause, details, hint });
  }
}

/** The folder of this incident, continued or new. Throws as `openIncident`. */
export function openFolder(
  tools: IncidentTools,
  reader: StateReader,
  kind: IncidentKind,
  subject: string,
): IncidentFolder {
  const { dir, parent, by, clock, random } = tools;
  const origin = originOf(reader);
  return openIncident({ dir, parent, kind, subject, origin, by, clock, random });
}

function originOf(reader: StateReader): IncidentOrigin {
  const authority = reader.authority();
  const { generation, digest } = reader.snapshot();
  const { size, root, origin } = reader.log().head();
  return {
    sovereign_id: authority?.sovereignId ?? null,
    key_id: authority?.keyId ?? null,
    public_key: authority?.publicKey ?? null,
    generation,
    state_digest: digest,
    log: size === 0 ? null : { size, root: encodeBase64(root), origin },
  };
}
