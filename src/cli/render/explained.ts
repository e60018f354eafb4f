/** The story of one object of trust as text: what it is first, then how it came to be so. */
import type { FileCommit } from "../../git/file-history.js";
import type { JsonObject, JsonValue } from "../../model/json.js";
import type { Story, StoryApply, StoryEvent } from "../../explain/story.js";
import { isJsonArray, isJsonObject } from "../../protocol/json.js";
import { hanging } from "./columns.js";
import { valueText } from "./field-change.js";
import type { Paint, Style } from "./paint.js";
import { visible } from "./visible.js";

/** Events without -v: the newest ones. */
const SHOWN = 30;
const GOOD = new Set(["active", "imported", "known", "configured", "applied", "recorded"]);
const WANING = new Set(["expiring_soon", "retired", "suspended", "not_yet_valid", "replaced"]);

export function renderStory(story: Story, verbose: boolean, paint: Paint): string {
  const { subject, standing } = story;
  const title = `${subject.kind}/${subject.name ?? subject.id}`;
  const lines = [
    ...hanging(`${paint(styleOf(standing.state), standing.state.toUpperCase())}  `, visible(title)),
    ...row("id", subject.id),
    ...Object.entries(standing.facts).flatMap(([name, value]) => fact(name, value)),
    ...standing.signers.flatMap(({ key_id, public_key }) =>
      row(
        "signed by",
        public_key === null ? `${key_id}: NO KNOWN KEY` : `${key_id}  ${public_key}`,
      ),
    ),
    ...resource(story),
    ...generations(story, paint),
    ...drift(story, paint),
    ...applies(story.applies, paint),
    ...timeline(story.events, verbose, paint),
    "",
    ...story.caveats.flatMap((caveat) => hanging("note: ", visible(caveat))),
  ];
  return `${lines.join("\n")}\n`;
}

function styleOf(state: string): Style {
  if (GOOD.has(state)) return "green";
  return WANING.has(state) ? "yellow" : "red";
}

/** Nothing for what is null or empty; a row for each of several objects. */
function fact(name: string, value: JsonValue): readonly string[] {
  const label = name.replaceAll("_", " ");
  if (value === null || (isJsonArray(value) && value.length === 0)) return [];
  if (!isJsonArray(value) || !value.every(isJsonObject)) return row(label, valueText(name, value));
  return value.flatMap((object) => row(label, factsText(Object.entries(object))));
}

function factsText(facts: readonly (readonly [string, JsonValue | undefined])[]): string {
  return facts
    .flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [`${name} ${valueText(name, value)}`],
    )
    .join(", ");
}

function row(label: string, text: string): readonly string[] {
  return hanging(`  ${label.padEnd(21)} `, visible(text));
}

function resource({ resource: source }: Story): readonly string[] {
  if (source === null) return row("resource", "none: git does not ask for it");
  return [
    ...row("resource", `${source.file}:${source.line}`),
    ...row("as of commit", source.commit),
  ];
}

function generations(story: Story, paint: Paint): readonly string[] {
  if (story.generations.length < 2) return [];
  return [
    "",
    paint("bold", "ONE AFTER THE OTHER, newest first"),
    ...story.generations.flatMap(({ id, state, issued_at, reason }) => [
      ...hanging("  ", `${visible(id)}  ${state}`),
      ...hanging(
        "    ",
        visible(`issued ${issued_at}${reason === null ? "" : `, ended: ${reason}`}`),
      ),
    ]),
  ];
}

function drift(story: Story, paint: Paint): readonly string[] {
  if (story.drift.length === 0) return [];
  return [
    "",
    paint("bold", "DRIFT"),
    ...story.drift.flatMap((found) =>
      hanging("  ", visible(`${found.class} since ${found.since}: ${found.message}`)),
    ),
  ];
}

function applies(list: readonly StoryApply[], paint: Paint): readonly string[] {
  if (list.length === 0) return [];
  return [
    "",
    paint("bold", "APPLIES, newest first"),
    ...list.flatMap((apply) => [
      `  ${visible(apply.at)}  log ${apply.log_index ?? "-"}`,
      ...hanging("    head ", visible(apply.commit)),
      ...hanging("    plan ", visible(apply.plan_digest)),
      ...hanging("    signed by ", visible(apply.key_id)),
      ...(apply.commits ?? []).flatMap(commit),
    ]),
  ];
}

function commit({ commit: id, author, committer, subject, signature }: FileCommit): string[] {
  const people = author.email === committer.email ? "" : `, committed by <${committer.email}>`;
  const signed = signature === "none" ? "not signed" : `${signature} signature, not verified`;
  return [
    ...hanging(`    ${id.slice(0, 12)} `, visible(`"${subject}"`)),
    ...hanging("      ", visible(`${author.name} <${author.email}>${people}; ${signed}`)),
  ];
}

function timeline(
  events: readonly StoryEvent[],
  verbose: boolean,
  paint: Paint,
): readonly string[] {
  if (events.length === 0) return [];
  const shown = verbose ? events : events.slice(-SHOWN);
  const hidden = events.length - shown.length;
  return [
    "",
    paint("bold", "EVENTS, oldest first"),
    ...(hidden > 0 ? [`  ${hidden} earlier ones (-v lists them)`] : []),
    ...shown.flatMap((event) => [
      ...hanging(
        `  ${String(event.log_index ?? "-").padStart(6)}  `,
        visible(`${event.created_at.slice(0, 19)}Z  ${event.event_type}`),
      ),
      ...(verbose ? details(event.details) : brief(event.details)),
    ]),
  ];
}

const BRIEF = ["reason", "incident", "class", "disposition", "resolution", "requested_by"];

/** Why, and who asked: the rest says again what the object is. */
function brief(object: JsonObject): readonly string[] {
  const facts = factsText(BRIEF.map((name) => [name, object[name]]));
  return facts === "" ? [] : hanging(" ".repeat(10), visible(facts));
}

function details(object: JsonObject): readonly string[] {
  return Object.entries(object).flatMap(([name, value]) =>
    value === null ? [] : hanging(" ".repeat(8), visible(`${name} ${valueText(name, value)}`)),
  );
}
