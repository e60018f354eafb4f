/** Time as the protocol sees it: exact to the microsecond (protocol.md 1). */

declare const instantBrand: unique symbol;

/** Microseconds since 1970-01-01T00:00:00Z. A JavaScript `Date` holds milliseconds and would break signatures. */
export type Instant = bigint & { readonly [instantBrand]: true };

declare const timestampBrand: unique symbol;

/** A date-time in the normal form that is signed: `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` (or `±HH:MM` when it came so). */
export type Timestamp = string & { readonly [timestampBrand]: true };

/** A whole number of seconds. */
export type Seconds = number;
