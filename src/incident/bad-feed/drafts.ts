/** The edits that answer a bad feed: its issuer suspended, the feed refused, a corrected one in its place. */
import type { SovereignRevocationFeed, Unverified } from "../../model/documents.js";
import type { Resource } from "../../model/resources.js";
import { AppError } from "../../errors.js";
import { Repository } from "../../git/repository.js";
import { documentJson, parseFeed } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { prettyJson } from "../../protocol/canonical.js";
import type { FeedEffect } from "./effect.js";
import type { Draft, DraftSource } from "../draft.js";

type FeedResource = Extract<Resource, { readonly kind: "RevocationFeed" }>;

/** By feed id. */
export type KnownFiles = ReadonlyMap<string, FeedResource>;

type SovereignResource = Extract<Resource, { readonly kind: "Sovereign" }>;

/** The resource of the issuer. Throws AppError `unknown_sovereign`. */
export function issuerResource(draft: Draft, issuer: string): SovereignResource {
  const resource = draft.find("Sovereign", ({ spec }) => spec.sovereignId === issuer);
  if (resource !== null) return resource;
  throw new AppError("unknown_sovereign", `no Sovereign resource of the tree is ${issuer}`);
}

/** `feed.suspend`: while it is set, nothing of the issuer is polled or imported. */
export function suspendIn(draft: Draft, sovereign: SovereignResource, suspend: boolean): void {
  if ((sovereign.spec.feed?.suspend ?? false) === suspend) return;
  draft.set(sovereign, [[["feed", "suspend"], suspend ? true : undefined]]);
}

/** Refuses the feed, in the resource that has it or a new one. False when the tree refuses it already. */
export function rejectIn(
  draft: Draft,
  sovereign: SovereignResource,
  bad: FeedEffect,
  known: KnownFiles,
): boolean {
  const resource = known.get(bad.feed_id);
  if (resource === undefined) addFeed(draft, sovereign, parseFeed(parseJson(bad.json)), false);
  else if (resource.spec.accept) draft.set(resource, [[["accept"], false]]);
  else return false;
  return true;
}

/** Accepts a feed, which `judgeCorrected` has verified. False when the tree has it already. */
export function acceptIn(
  draft: Draft,
  sovereign: SovereignResource,
  feed: Unverified<SovereignRevocationFeed>,
  known: KnownFiles,
): boolean {
  if (known.has(feed.body.feed_id)) return false;
  addFeed(draft, sovereign, feed, true);
  return true;
}

/** The resources of the tree by the id of the feed that they stand for. A file that is no feed is git's to refuse. */
export async function knownFiles(
  draft: Draft,
  { repo }: Pick<DraftSource, "repo">,
  ref: string,
): Promise<KnownFiles> {
  const repository = await Repository.open(repo);
  const { tree } = await repository.resolve(ref);
  const blobs = new Map((await repository.files(tree)).map(({ path, blob }) => [path, blob]));
  const resources = draft.resources.filter((resource) => resource.kind === "RevocationFeed");
  const found = resources.flatMap((resource) => {
    const blob = blobs.get(resource.spec.file);
    return blob === undefined ? [] : [{ resource, blob }];
  });
  const texts = await repository.read(found.map(({ blob }) => blob));
  const known = new Map<string, FeedResource>();
  for (const { resource, blob } of found) {
    const id = feedIdOf(texts.get(blob) ?? new Uint8Array());
    if (id !== null) known.set(id, resource);
  }
  return known;
}

function feedIdOf(bytes: Uint8Array): string | null {
  try {
    return parseFeed(parseJson(bytes)).body.feed_id;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** The signed document in a file of its own: its signature covers the canonical form, whatever the layout. */
function addFeed(
  draft: Draft,
  sovereign: SovereignResource,
  feed: Unverified<SovereignRevocationFeed>,
  accept: boolean,
): void {
  const { sequence } = feed.body;
  const stem = `${sovereign.name}-${sequence}`;
  let name = stem;
  for (let number = 2; isTaken(draft, name); number += 1) name = `${stem}-${number}`;
  const file = `feeds/${name}.json`;
  draft.write(file, `${prettyJson(parseJson(documentJson(feed)))}\n`);
  draft.add(`feeds/${name}.yaml`, {
    kind: "RevocationFeed",
    name,
    spec: { issuer: sovereign.name, file, accept },
  });
}

function isTaken(draft: Draft, name: string): boolean {
  const file = `feeds/${name}.json`;
  return (
    draft.files().has(file) ||
    draft.find("RevocationFeed", (other) => other.name === name || other.spec.file === file) !==
      null
  );
}
