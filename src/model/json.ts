/** JSON as the protocol sees it: integers and floats are different values (protocol.md 1). */

/** A JSON number written with a fraction or an exponent. `1.0` and `1` sign differently, so it keeps its own type. */
export class JsonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An integer is a `number` while it is safe (|n| < 2^53), a `bigint` up to the 64-bit limits. */
export type JsonInteger = number | bigint;

export type JsonValue =
  | null
  | boolean
  | string
  | JsonInteger
  | JsonFloat
  | readonly JsonValue[]
  | JsonObject;

/** Objects made by our parser have no prototype, so a key such as `__proto__` is only a key. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
