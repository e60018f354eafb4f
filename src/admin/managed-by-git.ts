/** Grants come from git: a request for one is told which file to change. */
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { InventoryEntry } from "../model/state.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import type { Situation } from "./outcome.js";

type GrantedKind = "RecognitionTreaty" | "MembershipAttestation" | "RecognitionPolicy";

const FOLDERS: Readonly<Record<GrantedKind, string>> = {
  RecognitionTreaty: "treaties",
  MembershipAttestation: "attestations",
  RecognitionPolicy: "policies",
};

/** Which resource of its kind a grant would be. */
export interface Wanted {
  readonly kind: GrantedKind;
  /** What must stand in the spec of the resource that is there already; null: any resource of the kind. */
  readonly subject: { readonly field: string; readonly value: string } | null;
  /** For the name of a file where there is none. */
  readonly called: string;
}

/** The live resource of the inventory that stands for it. */
export function managed({ state }: Situation, wanted: Wanted): InventoryEntry | null {
  const { kind, subject } = wanted;
  const found = state
    .snapshot()
    .inventory.find(
      (entry) =>
        entry.kind === kind &&
        entry.live &&
        (subject === null || specField(entry, subject.field) === subject.value),
    );
  return found ?? null;
}

/** Throws AppError `managed_by_git` naming the file. */
export function refuseGrant(wanted: Wanted, entry: InventoryEntry | null): never {
  const name = entry?.name ?? nameFrom(wanted.called);
  const file = entry?.source.file ?? `${FOLDERS[wanted.kind]}/${name}.yaml`;
  throw new AppError("managed_by_git", `trust is granted in git: ${file}`, {
    details: { file, resource: `${wanted.kind}/${name}` },
  });
}

function specField(entry: InventoryEntry, field: string): JsonValue {
  const spec = parseJson(entry.specJson);
  return isJsonObject(spec) ? (spec[field] ?? null) : null;
}

/** A name as resources bear it. */
function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "new" : name;
}
