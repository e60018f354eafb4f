/** Whether a client already holds the representation (RFC 9110 13.1.2). */

const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Compares weakly: `W/` makes no difference. A field that holds no entity tag matches nothing. */
export function matchesEtag(header: string, etag: string): boolean {
  if (header === etag || header.trim() === "*") return true;
  for (const [, opaqueTag] of header.matchAll(ENTITY_TAG)) {
    if (opaqueTag === etag) return true;
  }
  return false;
}
