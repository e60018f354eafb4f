/** Builds a `Change` from what the comparisons know, so that each says only what is particular to it. */
import type { JsonObject } from "../model/json.js";
import type { Change } from "../model/plan.js";
import type { Kind, Source } from "../model/resources.js";
import type { InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import type { PlanContext } from "./context.js";

type Optional = "replaces" | "before" | "after" | "fields" | "source";

/** A change; what is left out is null or empty. */
export function change(given: Omit<Change, Optional> & Partial<Pick<Change, Optional>>): Change {
  return { replaces: null, before: null, after: null, fields: [], source: null, ...given };
}

/** The spec that was applied, read back from the inventory. */
export function appliedSpec(entry: InventoryEntry): JsonObject {
  const spec = parseJson(entry.specJson);
  return isJsonObject(spec) ? spec : {};
}

/** The inventory entry of a resource as this plan leaves it. */
export function entryOf(
  context: PlanContext,
  given: {
    readonly kind: Kind;
    readonly name: string;
    readonly objectId: string;
    readonly spec: JsonObject;
    readonly source: Source;
    readonly renewal?: number;
    readonly live?: boolean;
  },
): InventoryEntry {
  return {
    kind: given.kind,
    name: given.name,
    objectId: given.objectId,
    specJson: canonicalJson(given.spec),
    renewal: given.renewal ?? 0,
    documentDigest: null,
    live: given.live ?? true,
    source: given.source,
    commit: context.desired.commit,
  };
}
