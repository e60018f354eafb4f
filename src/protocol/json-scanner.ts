/** One pass over JSON text that refuses its first fault in text order, as the readers of the reference do. */
import { AppError } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import { JsonFloat } from "../model/json.js";
import type { JsonValue } from "../model/json.js";
import { MAX_DEPTH, MAX_INTEGER, MIN_INTEGER } from "./json-limits.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
]);

const LITERALS = [
  ["true", true],
  ["false", false],
  ["null", null],
] as const;

const HEX4 = /^[0-9a-fA-F]{4}$/;

export class JsonScanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one value the text holds. Throws AppError with the code of the first fault. */
  document(): JsonValue {
    const value = this.#value();
    this.#space();
    if (this.#at !== this.#text.length) throw this.#fault("invalid_json", "text after the value");
    return value;
  }

  #value(): JsonValue {
    this.#space();
    const unit = this.#text.charCodeAt(this.#at);
    switch (unit) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return this.#object();
      case OPEN_ARRAY:
        return this.#array();
      default:
        return unit === MINUS || isDigit(unit) ? this.#number() : this.#literal();
    }
  }

  #enter(): void {
    if (this.#depth === MAX_DEPTH)
      throw this.#fault("invalid_json", `arrays or objects nest more than ${MAX_DEPTH} deep`);
    this.#depth += 1;
    this.#at += 1;
    this.#space();
  }

  #object(): JsonValue {
    const object: Record<string, JsonValue> = { __proto__: null };
    this.#enter();
    if (this.#leave(CLOSE_OBJECT)) return object;
    do {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== QUOTE)
        throw this.#fault("invalid_json", "expected a key");
      const start = this.#at;
      const key = this.#string();
      if (key in object) {
        this.#at = start;
        throw this.#fault("duplicate_key", `key ${JSON.stringify(key.slice(0, 64))} stands twice`);
      }
      this.#space();
      if (!this.#take(COLON)) throw this.#fault("invalid_json", 'expected ":"');
      object[key] = this.#value();
    } while (this.#more(CLOSE_OBJECT, "}"));
    return object;
  }

  #array(): JsonValue {
    const array: JsonValue[] = [];
    this.#enter();
    if (this.#leave(CLOSE_ARRAY)) return array;
    do array.push(this.#value());
    while (this.#more(CLOSE_ARRAY, "]"));
    return array;
  }

  /** True after a comma, false after the closing bracket. */
  #more(close: number, name: string): boolean {
    this.#space();
    if (this.#take(COMMA)) return true;
    if (this.#leave(close)) return false;
    throw this.#fault("invalid_json", `expected "," or "${name}"`);
  }

  #leave(close: number): boolean {
    if (!this.#take(close)) return false;
    this.#depth -= 1;
    return true;
  }

  #literal(): JsonValue {
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#fault(
      "invalid_json",
      this.#at < this.#text.length
        ? "expected a value"
        : "the text ends where a value should stand",
    );
  }

  #string(): string {
    const start = this.#at + 1;
    const text = this.#text;
    let end = start;
    for (;;) {
      const unit = text.charCodeAt(end);
      if (unit === QUOTE) {
        this.#at = end + 1;
        return text.slice(start, end);
      }
      // Written so that NaN, which stands after the end of the text, breaks the loop too.
      if (!(unit >= 0x20) || unit === BACKSLASH || isSurrogate(unit)) break;
      end += 1;
    }
    this.#at = end;
    return text.slice(start, end) + this.#escapedString();
  }

  /** The rest of a string from its first escape, surrogate or fault. Surrogates pair up however each half is written. */
  #escapedString(): string {
    let result = "";
    let high = -1;
    for (;;) {
      const unit = this.#unit();
      if (high >= 0) {
        if (!isLow(unit))
          throw this.#fault("lone_surrogate", "a high surrogate without its low half");
        result += String.fromCharCode(high, unit);
        high = -1;
      } else if (unit < 0) {
        return result;
      } else if (isLow(unit)) {
        throw this.#fault("lone_surrogate", "a low surrogate without its high half");
      } else if (isSurrogate(unit)) {
        high = unit;
      } else {
        result += String.fromCharCode(unit);
      }
    }
  }

  /** The next UTF-16 unit of a string with its escape resolved, or -1 at the closing quote. */
  #unit(): number {
    const unit = this.#text.charCodeAt(this.#at);
    if (Number.isNaN(unit)) throw this.#fault("invalid_json", "a string is not closed");
    if (unit < 0x20) throw this.#fault("invalid_json", "a control character in a string");
    if (unit !== BACKSLASH) {
      this.#at += 1;
      return unit === QUOTE ? -1 : unit;
    }
    const letter = this.#text.charAt(this.#at + 1);
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!HEX4.test(digits)) throw this.#fault("invalid_json", "a malformed \\u escape");
      this.#at += 6;
      return Number.parseInt(digits, 16);
    }
    const escaped = ESCAPES.get(letter);
    if (escaped === undefined) throw this.#fault("invalid_json", "an unknown escape");
    this.#at += 2;
    return escaped;
  }

  /** RFC 8259 6. A "." or an exponent letter commits the text to a fraction or an exponent. */
  #number(): JsonValue {
    const start = this.#at;
    this.#take(MINUS);
    const whole = this.#at;
    if (this.#text.charCodeAt(this.#at) === 0x30) this.#at += 1;
    else this.#digits();
    const digits = this.#at - whole;
    let isFloat = false;
    if (this.#take(DOT)) {
      isFloat = true;
      this.#digits();
    }
    if (this.#take(0x65) || this.#take(0x45)) {
      isFloat = true;
      if (!this.#take(0x2b)) this.#take(MINUS);
      this.#digits();
    }
    const literal = this.#text.slice(start, this.#at);
    if (isFloat) {
      const value = Number(literal);
      if (!Number.isFinite(value))
        throw this.#fault("non_finite_number", "a number overflows a 64-bit float");
      return new JsonFloat(value);
    }
    if (literal === "-0") throw this.#fault("negative_zero", "the integer -0");
    if (digits <= 15) return Number(literal);
    // No 64-bit integer has more than 20 digits, and converting a long one is slow.
    const value = digits <= 20 ? BigInt(literal) : null;
    if (value === null || value < MIN_INTEGER || value > MAX_INTEGER) {
      throw this.#fault("integer_out_of_range", "an integer is outside the 64-bit limits");
    }
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #digits(): void {
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at += 1;
    if (this.#at === start) throw this.#fault("invalid_json", "a malformed number");
  }

  #take(unit: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== unit) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at += 1;
    }
  }

  #fault(code: ErrorCode, what: string): AppError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return new AppError(code, `${what} (line ${line}, column ${column})`, {
      details: { line, column },
    });
  }
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
