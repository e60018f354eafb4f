/** A change on one line: a symbol that carries the meaning, the object, what changes, and what that does to trust. */
import type { JsonObject } from "../../model/json.js";
import type { Action, Change, ChangeReason, Risk } from "../../model/plan.js";
import type { Kind } from "../../model/resources.js";
import { clip, COLUMNS, pad, shorten, widthOf } from "./columns.js";
import { fieldChangeText, valueText } from "./field-change.js";
import type { Paint, Style } from "./paint.js";
import { visible } from "./visible.js";

/** What the reader looks for first: trust that goes, trust that changes, trust that comes. */
export type Direction = "removes" | "changes" | "grants";

const DIRECTIONS: { readonly [A in Action]: Direction | null } = {
  revoke: "removes",
  remove: "removes",
  retire: "removes",
  add: null,
  issue: null,
  adopt: null,
  import: null,
  reject: null,
  update: "changes",
  replace: "changes",
  renew: "changes",
  record: "changes",
  forget: "changes",
};

const BY_RISK: { readonly [R in Risk]: Direction } = {
  reduces: "removes",
  keeps: "changes",
  widens: "grants",
};

const NOUNS: { readonly [K in Kind]: string } = {
  Authority: "authority",
  OperatorKey: "key",
  Sovereign: "sovereign",
  RecognitionTreaty: "treaty",
  MembershipAttestation: "attestation",
  Revocation: "revocation",
  RevocationFeed: "feed",
  RecognitionPolicy: "policy",
};

/** Words for the reasons that the action does not tell already. */
const REASONS: { readonly [R in ChangeReason]: string } = {
  added_to_desired_state: "",
  spec_changed: "",
  removed_from_desired_state: "no longer in the tree",
  revocation_requested: "",
  renewal_due: "renewal is due",
  authority_key_changed: "the authority's key changes",
  key_compromised: "key is compromised",
  key_retired: "key is retired",
  feed_received: "",
  feed_refused: "feed is not accepted",
  drift_altered: "altered outside git",
  drift_missing: "missing from the state",
  drift_unmanaged: "made outside git",
  drift_reactivated: "re-activated outside git",
  drift_revoked: "revoked outside git",
};

const INDENT = 2;
const ACTION = 8;
const RISK = 7;
const GAP = 2;
const MAX_LABEL = 34;

/** The section a change belongs in. What only the risk can tell (a feed, say) goes where the risk points. */
export function directionOf(change: Change): Direction {
  return DIRECTIONS[change.action] ?? BY_RISK[change.risk];
}

/** `+` grants, `~` changes, `-` removes, `x` revokes. */
export function symbolOf(change: Change): string {
  const direction = directionOf(change);
  if (direction === "grants") return "+";
  if (direction === "changes") return "~";
  return change.action === "remove" || change.action === "retire" ? "-" : "x";
}

/** `treaty/acme-globex`. */
export function labelOf(object: {
  readonly kind: Kind;
  readonly name: string | null;
  readonly id: string;
}): string {
  return `${NOUNS[object.kind]}/${visible(object.name ?? object.id)}`;
}

/** What is worth saying on the line: the differences, else the reason and the facts of a new object. */
export function detailOf(change: Change): string {
  const parts = [
    ...change.fields.map(fieldChangeText),
    REASONS[change.reason],
    change.fields.length === 0 && change.after !== null ? facts(change.after) : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}

/** Lines for the changes of one section, in columns. */
export function changeLines(changes: readonly Change[], paint: Paint): readonly string[] {
  const widest = Math.max(...changes.map((change) => widthOf(labelOf(change))));
  const label = Math.min(widest, MAX_LABEL);
  const detail = COLUMNS - INDENT - 2 - ACTION - label - 2 * GAP - RISK;
  return changes.map((change) => {
    const left = `${symbolOf(change)} ${pad(change.action, ACTION)}`;
    const object = pad(shorten(labelOf(change), label), label);
    const words = pad(clip(detailOf(change), detail), detail);
    return `${" ".repeat(INDENT)}${paint(colourOf(change), left)}${[object, words, change.risk].join(" ".repeat(GAP))}`;
  });
}

function colourOf(change: Change): Style {
  const direction = directionOf(change);
  if (direction === "removes") return "red";
  return direction === "grants" ? "green" : "yellow";
}

const FACTS: readonly (readonly [field: string, words: (value: string) => string])[] = [
  ["target_name", (value) => `of ${value}`],
  ["target_id", (value) => `of ${value}`],
  ["revocation_reason", (value) => value],
  ["allowed_roles", (value) => value],
  ["roles", (value) => value],
  ["tier", (value) => value],
  ["holder", (value) => `held by ${value}`],
  ["sequence", (value) => `sequence ${value}`],
  ["revoked_count", (value) => `${value} revoked`],
  ["sovereign_id", (value) => value],
];

function facts(after: JsonObject): string {
  const words = FACTS.flatMap(([field, say]) => {
    const value = after[field];
    return value === undefined || value === null ? [] : [say(valueText(field, value))];
  });
  return words.join(", ");
}
