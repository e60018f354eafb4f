/** The treaty that is to take a bad one's place, and whether its subject's keys are confirmed. */
import type { Limits } from "../../desired/limits.js";
import { parseFile } from "../../desired/parse.js";
import { AppError } from "../../errors.js";
import type { IncidentConfirmation } from "../../model/incident.js";
import type { JsonObject } from "../../model/json.js";
import type { Resource } from "../../model/resources.js";
import type { InventoryEntry } from "../../model/state.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { isJsonObject, parseJson } from "../../protocol/json.js";
import type { Draft } from "../draft.js";

type TreatyResource = Extract<Resource, { readonly kind: "RecognitionTreaty" }>;
type SovereignResource = Extract<Resource, { readonly kind: "Sovereign" }>;

export interface CorrectedTreaty {
  readonly treaty: TreatyResource;
  /** Null: the keys are those that the tree has for the subject. */
  readonly sovereign: SovereignResource | null;
}

export const CORRECTED = "drafts/corrected.yaml";
const CONFIRMED = "subject_key";

/** One RecognitionTreaty, and its Sovereign where that changes too. Throws AppError `bad_draft`. */
export function readCorrected(bytes: Uint8Array, limits: Limits): CorrectedTreaty {
  const { resources, diagnostics } = parseFile("corrected.yaml", "", bytes, limits);
  const [fault] = diagnostics;
  if (fault !== undefined)
    throw new AppError("bad_draft", `line ${fault.line}: ${fault.message}`, { hint: fault.hint });
  const treaties = resources.filter((resource) => resource.kind === "RecognitionTreaty");
  const sovereigns = resources.filter((resource) => resource.kind === "Sovereign");
  const [treaty] = treaties;
  const isOne = treaties.length === 1 && treaties.length + sovereigns.length === resources.length;
  const [sovereign = null] = sovereigns;
  const isItsSubject =
    sovereigns.length < 2 && (sovereign === null || sovereign.name === treaty?.spec.subject);
  if (treaty === undefined || !isOne || !isItsSubject)
    throw new AppError(
      "bad_draft",
      "a corrected treaty is one RecognitionTreaty, with its Sovereign where that changes too",
    );
  return { treaty, sovereign };
}

/** The keys that the corrected treaty would recognise. Throws AppError `bad_draft` for a subject that nobody describes. */
export function subjectKeys(
  { treaty, sovereign }: CorrectedTreaty,
  draft: Draft,
): readonly string[] {
  const { subject } = treaty.spec;
  const described = sovereign ?? draft.find("Sovereign", ({ name }) => name === subject);
  if (described === null)
    throw new AppError("bad_draft", `the tree has no Sovereign ${subject}`, {
      hint: "put its Sovereign into the same file",
    });
  return described.spec.publicKeys;
}

/** A person has read these keys from another source than the one they first came from. Those that do not hold come last. */
export function confirm(
  keys: readonly string[],
  needed: readonly string[],
  about: Pick<IncidentConfirmation, "at" | "by" | "source">,
): readonly IncidentConfirmation[] {
  return keys
    .map((value) => ({ ...about, what: CONFIRMED, value, holds: needed.includes(value) }))
    .toSorted((a, b) => Number(b.holds) - Number(a.holds));
}

/** A source that names another key speaks against the draft: whatever was confirmed until then is to be confirmed again. */
export function unconfirmed(
  needed: readonly string[],
  confirmations: readonly IncidentConfirmation[],
): readonly string[] {
  const given = confirmations.filter(({ what }) => what === CONFIRMED);
  const refused = given.findLastIndex(({ holds }) => !holds);
  const held = new Set(given.slice(refused + 1).map(({ value }) => value));
  return needed.filter((key) => !held.has(key));
}

/**
 * Puts it into the draft, in the place of what bears its name. A revoked name never comes back by itself, so `reissue` is at
 * least this. What the tree says already stays as it is.
 */
export function putCorrected(
  draft: Draft,
  { treaty, sovereign }: CorrectedTreaty,
  leastReissue: number,
): void {
  if (sovereign !== null) put(draft, sovereign, "sovereigns", asJson(sovereign.spec));
  const reissue = Math.max(treaty.spec.reissue ?? 0, leastReissue);
  const spec = asJson(treaty.spec);
  put(draft, treaty, "treaties", reissue === 0 ? spec : { ...spec, reissue });
}

/** What the resource of a revoked treaty needs, to be issued under another id. */
export function reissueAfter(inventory: readonly InventoryEntry[], treatyId: string): number {
  const entry = inventory.find(({ objectId }) => objectId === treatyId);
  const spec = entry === undefined ? null : parseJson(entry.specJson);
  if (!isJsonObject(spec)) return 0;
  const { reissue } = spec;
  return typeof reissue === "number" ? reissue + 1 : 1;
}

function put(
  draft: Draft,
  { kind, name }: TreatyResource | SovereignResource,
  folder: string,
  spec: JsonObject,
): void {
  const stands = draft.resources.find((other) => other.kind === kind && other.name === name);
  if (stands === undefined) draft.add(`${folder}/${name}.yaml`, { kind, name, spec });
  else if (!isEqual(asJson(stands.spec), spec)) draft.replace(stands, { kind, name, spec });
}

function isEqual(a: JsonObject, b: JsonObject): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function asJson(spec: Resource["spec"]): JsonObject {
  return spec as unknown as JsonObject;
}
