/** Writes entries with what proves them, for somebody who has neither the state nor our word. */
import { createHash } from "node:crypto";
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { StoredEntry } from "../model/log.js";
import { encodeBase64 } from "../protocol/base64.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseTimestamp, toOffsetForm } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { isErased, partsOf } from "../protocol/log/committed.js";
import { parseCheckpoint } from "../protocol/log/checkpoint.js";
import { parseLeaf } from "../protocol/log/leaf.js";
import { inclusionProof, leafHash } from "../protocol/log/merkle.js";
import type { EventFilter } from "../state/audit-events.js";
import { isEvent } from "./event-shape.js";
import { FORMAT } from "./export-format.js";
import type { LogSource } from "./log-source.js";
import { redact } from "./redact.js";
import { vkeyFor } from "./signed-checkpoint.js";

export interface ProofExportOptions {
  /** The verifier key, or the public key, that signs the log. */
  readonly key: string;
  readonly filter: EventFilter;
  /** Committed fields whose values stay hidden. */
  readonly hidden: ReadonlySet<string> | "all";
}

/**
 * The lines of an export, header and footer included. It reaches as far as the newest checkpoint: what is not signed cannot
 * be proved. Throws AppError `log_unsigned`, `bad_time`, `log_broken`.
 */
export function* exportProofs(log: LogSource, options: ProofExportOptions): Generator<string> {
  const { checkpoint, origin } = log.head();
  if (checkpoint === null || origin === null)
    throw new AppError("log_unsigned", "the log has no signed checkpoint");
  const { size } = parseCheckpoint(checkpoint);
  const isWanted = wanted(options.filter);
  const { range, count } = extentOf(log, size, isWanted);
  const isWhole = count === size;
  const sum = createHash("sha256");
  const line = (value: JsonObject): string => {
    const text = `${canonicalJson(value)}\n`;
    sum.update(text);
    return text;
  };
  yield line({
    type: "header",
    format: FORMAT,
    origin,
    vkey: vkeyFor(options.key, origin),
    checkpoint,
    range,
    complete: count === range[1] - range[0],
  });
  for (const entry of log.entries(range[0], range[1])) {
    if (!isWanted(entry)) continue;
    const proof = isWhole ? [] : inclusionProof(entry.index, size, log.hashes);
    yield line({
      type: "entry",
      i: entry.index,
      leaf: encodeBase64(entry.leaf),
      hash: encodeBase64(leafHash(entry.leaf)),
      disclose: disclosed(entry, options.hidden),
      proof: proof.map(encodeBase64),
    });
  }
  yield `${canonicalJson({ type: "footer", count, sha256: sum.digest("hex") })}\n`;
}

function extentOf(
  log: LogSource,
  size: number,
  isWanted: (entry: StoredEntry) => boolean,
): { readonly range: readonly [number, number]; readonly count: number } {
  let [first, end, count] = [0, 0, 0];
  for (const entry of log.entries(0, size)) {
    if (!isWanted(entry)) continue;
    if (count === 0) first = entry.index;
    end = entry.index + 1;
    count++;
  }
  return { range: [first, end], count };
}

/** Times of leaves have the `+00:00` form, whose order as text is their order in time. */
function wanted({ type, since, until }: EventFilter): (entry: StoredEntry) => boolean {
  if (type === undefined && since === undefined && until === undefined) return () => true;
  const from = since === undefined ? "" : toOffsetForm(parseTimestamp(since));
  const to = until === undefined ? null : toOffsetForm(parseTimestamp(until));
  return ({ leaf }) => {
    const { eventType, createdAt } = parseLeaf(leaf);
    return (
      (type === undefined || eventType === type) &&
      createdAt >= from &&
      (to === null || createdAt < to)
    );
  };
}

/** What may be shown: neither what the caller hides, nor what is erased, nor what might be a secret. */
function disclosed(
  { eventJson, salts }: StoredEntry,
  hidden: ProofExportOptions["hidden"],
): JsonObject {
  const event = eventJson === null || hidden === "all" ? null : parseJson(eventJson);
  if (!isEvent(event) || hidden === "all") return {};
  const shown: Record<string, JsonValue> = { __proto__: null };
  for (const [field, value] of partsOf(event).committed) {
    const salt = salts.get(field);
    if (salt === undefined || hidden.has(field) || isErased(field, value)) continue;
    if (canonicalJson(redact({ [field]: value })) !== canonicalJson({ [field]: value })) continue;
    shown[field] = { salt: encodeBase64(salt), value };
  }
  return shown;
}
