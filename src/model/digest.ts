/** Digests, which name plans, states and documents by what they say. */

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;
