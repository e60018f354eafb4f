/** A resource that an import writes, and the object that it stands for. */
import type { Kind } from "../model/resources.js";
import type { Digest } from "../model/state.js";

/** A resource that reads back as it was meant. */
export interface DraftedResource {
  readonly kind: Kind;
  readonly name: string;
  readonly text: string;
  readonly objectId: string;
  readonly documentDigest: Digest | null;
  /** A signed document that the resource names by its path, and its text. */
  readonly document: { readonly path: string; readonly text: string } | null;
}
