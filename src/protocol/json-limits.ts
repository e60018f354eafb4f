/** What canonical JSON can hold; readers and writers of the reference refuse the rest (protocol.md 1). */

/** Arrays and objects may nest this deep. */
export const MAX_DEPTH = 64;

export const MIN_INTEGER = -(2n ** 63n);
export const MAX_INTEGER = 2n ** 64n - 1n;
