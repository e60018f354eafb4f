/**
 * The export with proofs: a header, a line for each entry, a footer; each line one canonical JSON object.
 *
 * Header: `type`, `format`, `origin`, `vkey` (a hint: who verifies takes the key from elsewhere), `checkpoint` (the signed
 * note that all is proved against), `range` (the first entry, and the one behind the last), `complete` (whether every entry of
 * the range is there).
 *
 * Entry: `type`, `i`, `leaf` (base64: no reader can change its bytes on the way), `hash` (of the leaf, so that a changed one
 * is found without the rest of the log), `disclose` (by field the value and the salt that open a commitment), `proof` (from
 * the leaf's sibling upward; none in an export of the whole log, whose entries make the root).
 *
 * Footer: `type`, `count`, `sha256` (hex, of every byte before this line).
 */
export const FORMAT = "audit-export/1";

/** The members of each line, sorted. */
export const MEMBERS = {
  header: ["checkpoint", "complete", "format", "origin", "range", "type", "vkey"],
  entry: ["disclose", "hash", "i", "leaf", "proof", "type"],
  footer: ["count", "sha256", "type"],
} as const;
