/** Tells the story of one object of trust: state, log and git put together. */
import { redact } from "../audit/redact.js";
import { AppError } from "../errors.js";
import { commitsOfFile, namesOfFile, type FileCommit } from "../git/file-history.js";
import { Repository } from "../git/repository.js";
import type { InventoryEntry } from "../model/state.js";
import type { Instant } from "../model/time.js";
import type { StoredEvent } from "../state/audit-events.js";
import type { StateReader } from "../state/reader.js";
import { entryOf, findSubject } from "./find-subject.js";
import { generationsOf } from "./generations.js";
import { standingOf } from "./standing.js";
import type { Story, StoryApply, StoryEvent, Subject } from "./story.js";
import { textOf, timelineOf, type ApplyEvent } from "./timeline.js";

export interface ExplainOptions {
  readonly asked: string;
  readonly now: Instant;
  /** Folder of the trust repository; null: none is at hand. */
  readonly repo: string | null;
}

/** An apply of a busy object more than this many ago is told without its commits. */
const APPLIES_WITH_COMMITS = 20;

const UNVERIFIED =
  "Names, times and signatures of commits are as the commits claim them: nobody has verified them.";

/**
 * What `asked` means (`kind/name`, a name, an id, the id of an event), and its whole story. Without git it is told all the
 * same, and says so. Throws AppError `unknown_name`, `ambiguous_name`, and what reading the state throws.
 */
export async function explain(reader: StateReader, options: ExplainOptions): Promise<Story> {
  const { asked, now } = options;
  const snapshot = reader.snapshot();
  const subject = findSubject(snapshot, asked) ?? eventSubject(reader, asked);
  const entry = entryOf(snapshot, subject);
  const generations = generationsOf(snapshot, subject, now);
  const ids = new Set([subject.id, ...generations.map(({ id }) => id)]);
  const { events, applies } = timelineOf(reader.auditEvents({}), ids);
  const ownKeys = ownKeysOf(reader);
  const { commits, caveat } = await commitsFor(options.repo, entry, applies);
  const indexOf = (id: string): number | null => reader.log().indexOf(id);
  return {
    subject,
    standing: standingOf(subject, entry, { snapshot, now, ownKeys }),
    resource: entry === null ? null : { ...entry.source, commit: entry.commit },
    generations,
    drift: reader.openDrift().filter(({ id }) => ids.has(id)),
    applies: applies
      .map((apply, index) => applyOf(apply, commits?.[index] ?? null, indexOf))
      .toReversed(),
    events: events.map((event) => storyEvent(event, indexOf)),
    caveats: caveat === null ? [UNVERIFIED] : [caveat],
  };
}

function eventSubject(reader: StateReader, asked: string): Subject {
  for (const { event_id } of reader.auditEvents({})) {
    if (event_id === asked) return { kind: "Event", name: null, id: event_id };
  }
  throw new AppError("unknown_name", `nothing here bears the name or id ${JSON.stringify(asked)}`);
}

/** Oldest first, from the log: a rotated key stands nowhere else. */
function ownKeysOf(reader: StateReader): readonly string[] {
  const keys = new Set<string>();
  for (const { details } of reader.auditEvents({ type: "authority_configured" })) {
    keys.add(textOf(details["public_key"]));
  }
  keys.add(reader.authority()?.publicKey ?? "");
  keys.delete("");
  return [...keys];
}

/** Of each apply the commits of the resource's file that it brought, or why there are none to tell. */
async function commitsFor(
  repo: string | null,
  entry: InventoryEntry | null,
  applies: readonly ApplyEvent[],
): Promise<{
  readonly commits: readonly (readonly FileCommit[] | null)[] | null;
  readonly caveat: string | null;
}> {
  if (entry === null) return { commits: null, caveat: "No resource of git asked for it." };
  if (repo === null) return { commits: null, caveat: NO_GIT };
  try {
    const { gitDir } = await Repository.open(repo);
    const names = await namesOfFile(gitDir, entry.source.file, entry.commit);
    const first = applies.length - APPLIES_WITH_COMMITS;
    const commits: (readonly FileCommit[] | null)[] = [];
    for (const [index, { event, previousCommit }] of applies.entries()) {
      const to = textOf(event.details["commit"]);
      const isTold = index >= first;
      commits.push(isTold ? await commitsOfFile(gitDir, names, previousCommit, to) : null);
    }
    return { commits, caveat: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { commits: null, caveat: `${NO_GIT} ${error.message}.` };
  }
}

const NO_GIT = "The repository was not read, so no commits are shown.";

function applyOf(
  { event }: ApplyEvent,
  commits: readonly FileCommit[] | null,
  indexOf: (id: string) => number | null,
): StoryApply {
  const { details } = event;
  return {
    log_index: indexOf(event.event_id),
    at: event.created_at,
    commit: textOf(details["commit"]),
    plan_digest: textOf(details["plan_digest"]),
    change_digest: textOf(details["change_digest"]),
    key_id: textOf(details["key_id"]),
    commits,
  };
}

function storyEvent(event: StoredEvent, indexOf: (id: string) => number | null): StoryEvent {
  const { event_id, event_type, created_at, details } = event;
  return {
    log_index: indexOf(event_id),
    event_id,
    event_type,
    created_at,
    details: redact(details),
  };
}
