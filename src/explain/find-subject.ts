/** Which object a name or an id means. */
import { AppError } from "../errors.js";
import { KINDS, type Kind } from "../model/resources.js";
import type { InventoryEntry, Snapshot } from "../model/state.js";
import type { Subject, SubjectKind } from "./story.js";

/** The words that plans use (`treaty/acme-globex`), beside the kinds themselves. */
const NOUNS: Readonly<Record<string, Kind>> = {
  authority: "Authority",
  key: "OperatorKey",
  sovereign: "Sovereign",
  treaty: "RecognitionTreaty",
  attestation: "MembershipAttestation",
  revocation: "Revocation",
  feed: "RevocationFeed",
  policy: "RecognitionPolicy",
};

/**
 * `asked` is `kind/name`, a name, or an id: of a treaty, an attestation, a feed, a key, a sovereign. Null for what the state
 * does not know. Throws AppError `ambiguous_name` when it means several objects.
 */
export function findSubject(snapshot: Snapshot, asked: string): Subject | null {
  const meant = split(asked);
  const found = new Map<string, Subject>();
  for (const subject of [...named(snapshot, meant), ...identified(snapshot, meant)]) {
    found.set(`${subject.kind} ${subject.id}`, subject);
  }
  const subjects = [...found.values()];
  if (subjects.length > 1) {
    const choices = subjects.map(({ kind, name, id }) => `${kind}/${name ?? id}`);
    throw new AppError("ambiguous_name", `${JSON.stringify(asked)} means several objects`, {
      hint: `name one of them: ${choices.join(", ")}`,
      details: { choices },
    });
  }
  return subjects[0] ?? null;
}

/** What stands before the slash, when it is a kind; a sovereign id may hold a slash too. */
function split(asked: string): { readonly kind: Kind | null; readonly text: string } {
  const slash = asked.indexOf("/");
  const word = asked.slice(0, Math.max(slash, 0)).toLowerCase();
  const kind = NOUNS[word] ?? KINDS.find((candidate) => candidate.toLowerCase() === word) ?? null;
  return { kind, text: kind === null ? asked : asked.slice(slash + 1) };
}

function named(
  { inventory }: Snapshot,
  { kind, text }: ReturnType<typeof split>,
): readonly Subject[] {
  return inventory
    .filter((entry) => entry.name === text && (kind === null || entry.kind === kind))
    .map(subjectOf);
}

function identified(
  snapshot: Snapshot,
  { kind, text }: ReturnType<typeof split>,
): readonly Subject[] {
  return HOLDERS.filter(
    (holder) =>
      (kind === null || (holder.of ?? holder.kind) === kind) && holder.has(snapshot, text),
  ).map((holder) => ({
    kind: holder.kind,
    name: nameOf(snapshot, holder.kind, text),
    id: text,
  }));
}

interface Holder {
  readonly kind: SubjectKind;
  /** The kind that people call it by, when that is another. */
  readonly of?: Kind;
  readonly has: (snapshot: Snapshot, id: string) => boolean;
}

const HOLDERS: readonly Holder[] = [
  { kind: "RecognitionTreaty", has: (s, id) => s.treaties.some((row) => row.id === id) },
  { kind: "MembershipAttestation", has: isOurs },
  {
    kind: "ForeignAttestation",
    of: "MembershipAttestation",
    has: (s, id) => !isOurs(s, id) && s.importedRevocations.some((row) => row.attestationId === id),
  },
  {
    kind: "RevocationFeed",
    has: (s, id) => [...s.feeds, ...s.rejectedFeeds].some((row) => row.feedId === id),
  },
  {
    kind: "OperatorKey",
    has: (s, id) => [...s.operatorKeys, ...s.revokedKeys].some((row) => row.keyId === id),
  },
  { kind: "Sovereign", has: (s, id) => s.sovereigns.some((row) => row.sovereignId === id) },
  {
    kind: "Authority",
    has: ({ authority }, id) => authority?.sovereignId === id || authority?.keyId === id,
  },
];

function isOurs(snapshot: Snapshot, id: string): boolean {
  return snapshot.attestations.some((row) => row.id === id);
}

function nameOf({ inventory }: Snapshot, kind: SubjectKind, id: string): string | null {
  const entry = inventory.find((candidate) => candidate.kind === kind && candidate.objectId === id);
  return entry === undefined ? null : subjectOf(entry).name;
}

/** An object that its name has left behind is kept as `name#id`. */
function subjectOf({ kind, name, objectId }: InventoryEntry): Subject {
  const suffix = `#${objectId}`;
  return {
    kind,
    name: name.endsWith(suffix) ? name.slice(0, -suffix.length) : name,
    id: objectId,
  };
}

/** Ids of all that bears the subject's name, or did before another took it. */
export function namesakesOf({ inventory }: Snapshot, { kind, name }: Subject): ReadonlySet<string> {
  const bearers = inventory
    .map(subjectOf)
    .filter((other) => other.kind === kind && other.name === name);
  return new Set(bearers.map(({ id }) => id));
}

/** The entry of what is in force under the subject's name, or was last; null when no resource asked for it. */
export function entryOf({ inventory }: Snapshot, { kind, name }: Subject): InventoryEntry | null {
  return inventory.find((entry) => entry.kind === kind && entry.name === name) ?? null;
}
