/** What the record of an incident says, before it is Markdown or HTML. Pure. */
import type { Incident, IncidentFile } from "../../model/incident.js";
import type { FileState } from "../record-files.js";

/** A text, and how it is to be read. */
export interface Cell {
  readonly text: string;
  /** An id, a path, a key: shown letter by letter. */
  readonly isExact: boolean;
  readonly tone: "good" | "bad" | "plain";
}

export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Report {
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: Cell])[];
  readonly sections: readonly Section[];
}

const TITLES: { readonly [K in Incident["kind"]]: string } = {
  "key-compromise": "Operator key compromise",
  "bad-treaty": "Bad treaty issued",
  "bad-feed": "Bad revocation feed imported",
  restore: "Database restore",
  "blast-radius": "Revocation blast-radius review",
};

const text = (value: string): Cell => ({ text: value, isExact: false, tone: "plain" });
const exact = (value: string): Cell => ({ text: value, isExact: true, tone: "plain" });
/** To the second: the exact times stand in incident.json. */
const when = (time: string): Cell => text(time.replace(/\.\d+/, ""));
const toned = (value: string, isGood: boolean): Cell => {
  return { text: value, isExact: false, tone: isGood ? "good" : "bad" };
};

export function reportOf(incident: Incident, states: ReadonlyMap<string, FileState>): Report {
  return {
    title: `${TITLES[incident.kind]}: ${incident.subject}`,
    facts: facts(incident),
    sections: [
      findings(incident),
      effects(incident),
      checks(incident),
      confirmations(incident),
      drafts(incident),
      notices(incident),
      timeline(incident),
      files(incident.files, states),
    ],
  };
}

function facts(incident: Incident): Report["facts"] {
  const { origin, checks: all } = incident;
  const failed = all.filter(({ passed }) => !passed).length;
  const { log } = origin;
  return [
    ["Status", text(incident.status)],
    ["Checks", toned(`${all.length - failed} of ${all.length} passed`, failed === 0)],
    ["Incident", exact(incident.id)],
    ["Authority", exact(origin.sovereign_id ?? "unknown")],
    ["Its key", exact(`${origin.key_id ?? "unknown"} ${origin.public_key ?? ""}`.trim())],
    ["Opened", text(`${when(incident.opened_at).text} by ${incident.opened_by}`)],
    ["Last step", when(incident.updated_at)],
    ["State when opened", exact(`generation ${origin.generation}, ${origin.state_digest}`)],
    ["Log when opened", exact(log === null ? "no entry" : `${log.size} entries, root ${log.root}`)],
    ...Object.entries(incident.asked).map(
      ([name, value]) => [`Asked: ${name.replaceAll("_", " ")}`, exact(asText(value))] as const,
    ),
  ];
}

function findings({ findings: list }: Incident): Section {
  return {
    title: "Findings",
    head: ["Level", "Code", "What", "Way out"],
    rows: list.map(({ level, code, message, hint }) => [
      toned(level, level === "info"),
      exact(code),
      text(message),
      text(hint),
    ]),
  };
}

function effects({ kind, effects: list }: Incident): Section {
  return {
    title: kind === "blast-radius" ? "Who was asked" : "What happened in the window",
    head: ["Time", "Log entry", "Event", "Object", "Now", "Answer"],
    rows: list.map(({ at, log_index, action, object, current, answer }) => [
      when(at),
      text(log_index === null ? "none" : String(log_index)),
      exact(action),
      exact(object),
      text(current),
      text(answer ?? "none is needed"),
    ]),
  };
}

function checks({ checks: list }: Incident): Section {
  return {
    title: "Checks",
    head: ["Time", "Check", "Expected", "Seen", "Result"],
    rows: list.map(({ at, name, expected, observed, passed }) => [
      when(at),
      text(name),
      exact(expected),
      exact(observed),
      toned(passed ? "passed" : "FAILED", passed),
    ]),
  };
}

function confirmations({ confirmations: list }: Incident): Section {
  return {
    title: "Confirmations",
    head: ["Time", "By", "What", "Value", "Source", "Result"],
    rows: list.map(({ at, by, what, value, source, holds }) => [
      when(at),
      text(by),
      text(what.replaceAll("_", " ")),
      exact(value),
      text(source),
      toned(holds ? "holds" : "DOES NOT HOLD", holds),
    ]),
  };
}

function drafts({ drafts: list }: Incident): Section {
  return {
    title: "Drafts in git",
    head: ["Branch", "Commit", "Over", "Purpose", "Files", "Held"],
    rows: list.map(({ branch, commit, base, purpose, files: paths, held, settled }) => [
      exact(branch),
      exact(commit),
      exact(base),
      text(purpose),
      exact(paths.join(", ")),
      settled
        ? toned("git says so already", true)
        : held === null
          ? text("no")
          : toned(held, false),
    ]),
  };
}

function notices({ notices: list }: Incident): Section {
  return {
    title: "Notices",
    head: ["To", "Subject", "File"],
    rows: list.map(({ to, subject, file }) => [text(to), text(subject), exact(file)]),
  };
}

function timeline({ steps }: Incident): Section {
  return {
    title: "Timeline",
    head: ["Time", "By", "Step", "Outcome", "What", "Log entry"],
    rows: steps.map(({ at, by, step, outcome, message, log_index }) => [
      when(at),
      text(by),
      exact(step),
      toned(outcome, outcome === "done" || outcome === "already"),
      text(message),
      text(log_index === null ? "" : String(log_index)),
    ]),
  };
}

function files(list: readonly IncidentFile[], states: ReadonlyMap<string, FileState>): Section {
  const listed = new Set(list.map(({ name }) => name));
  const others = [...states].filter(([name]) => !listed.has(name));
  const row = (name: string, state: FileState, bytes: string, digest: Cell): readonly Cell[] => [
    exact(name),
    text(bytes),
    digest,
    toned(state, state === "as recorded"),
  ];
  return {
    title: "Files",
    head: ["File", "Bytes", "SHA-256", "Now"],
    rows: [
      ...list.map(({ name, bytes, sha256 }) =>
        row(name, states.get(name) ?? "missing", String(bytes), exact(sha256)),
      ),
      ...others.map(([name, state]) => row(name, state, "", text(""))),
    ],
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
