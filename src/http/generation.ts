/** One generation of the state, cut down to what the routes serve. */
import { compareIssue } from "../connectome/judged-treaty.js";
import { AppError } from "../errors.js";
import type { Applied, AuthorityRecord, ImportedRevocation, TreatyRecord } from "../model/state.js";
import type { ServedState } from "./context.js";

export interface Generation {
  readonly number: number;
  readonly applied: Applied | null;
  readonly authority: AuthorityRecord | null;
  readonly policyJson: string | null;
  /** The feed published last, signed. */
  readonly feedJson: string | null;
  /** In order of issue. */
  readonly treaties: readonly TreatyRecord[];
  readonly treatiesById: ReadonlyMap<string, TreatyRecord>;
  readonly importedRevocations: readonly ImportedRevocation[];
}

/**
 * Reads the state. Its number is that of the snapshot; should a commit come between the two reads, the number no longer
 * equals the reader's and the next request reads again. Throws AppError `state_corrupt` when a stored document is not JSON.
 */
export function readGeneration(reader: ServedState): Generation {
  const snapshot = reader.snapshot();
  const treaties = snapshot.treaties.toSorted(compareIssue);
  for (const treaty of treaties) storedJson(treaty.json, `treaty ${treaty.id}`);
  return {
    number: snapshot.generation,
    applied: snapshot.applied,
    authority: snapshot.authority,
    policyJson:
      snapshot.policy === null ? null : storedJson(snapshot.policy.json, "the recognition policy"),
    feedJson: storedFeed(reader),
    treaties,
    treatiesById: new Map(treaties.map((treaty) => [treaty.id, treaty])),
    importedRevocations: snapshot.importedRevocations,
  };
}

function storedFeed(reader: ServedState): string | null {
  const feed = reader.publishedFeed();
  return feed === null ? null : storedJson(feed.json, "the published revocation feed");
}

/**
 * Stored documents are put into answers as the text they are, so that signatures keep holding; a text that is not JSON
 * would break the answer around it. Throws AppError `state_corrupt`.
 */
export function storedJson(text: string, name: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new AppError("state_corrupt", `${name} is not stored as JSON`, { cause });
  }
  return text;
}
