/** Fields whose text stands for something else: keys, times, windows and documents. Each reader reports what it refuses. */
import type { Validity } from "../model/desired.js";
import type { PublicKey } from "../model/documents.js";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { Resource, ValiditySpec } from "../model/resources.js";
import type { Seconds, Timestamp } from "../model/time.js";
import {
  fromInstant,
  parseDuration,
  parseTimestamp,
  plusSeconds,
  toInstant,
} from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { printable, quoted } from "./characters.js";
import { DIAGNOSTICS } from "./diagnostic-codes.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import type { Resolution } from "./resolution.js";

/** Nothing is signed later: what counts from then on must end before the calendar does, in the year 9999. */
const LATEST_SIGNING = toInstant(parseTimestamp("9000-01-01T00:00:00Z"));

/** Reads the fields of one resource. */
export class Fields {
  readonly #resolution: Resolution;
  readonly #resource: Resource;

  constructor(resolution: Resolution, resource: Resource) {
    this.#resolution = resolution;
    this.#resource = resource;
  }

  publicKey(path: string, text: string): PublicKey | null {
    return this.#read("bad_public_key", path, () => parsePublicKey(text));
  }

  /** The keys that could be read, each once and sorted. */
  publicKeys(path: string, texts: readonly string[]): readonly PublicKey[] {
    const keys = texts.map((text, index) => this.publicKey(`${path}/${index}`, text));
    return [...new Set(keys.filter((key) => key !== null))].toSorted();
  }

  /** In UTC, as everything that we sign. */
  time(path: string, text: string | undefined): Timestamp | null {
    if (text === undefined) return null;
    return this.#read("bad_time", path, () => fromInstant(toInstant(parseTimestamp(text))));
  }

  duration(path: string, text: string): Seconds | null {
    return this.#read("bad_time", path, () => parseDuration(text));
  }

  /** Both ends of a window; the second must be after the first. */
  window(
    path: string,
    spec: { readonly from?: string; readonly until?: string },
  ): { from: Timestamp | null; until: Timestamp | null } {
    const from = this.time(`${path}/from`, spec.from);
    const until = this.time(`${path}/until`, spec.until);
    if (from !== null && until !== null && toInstant(until) <= toInstant(from)) {
      this.#resolution.report(
        "bad_validity",
        this.#resource,
        `${path}/until`,
        `it ends at ${until}, not after it begins at ${from}`,
      );
    }
    return { from, until };
  }

  /** The window of a treaty or attestation; `otherwise` is how long it counts when it does not say. */
  validity(path: string, spec: ValiditySpec, otherwise: Seconds): Validity | null {
    const { from, until } = this.window(path, spec);
    if (spec.until !== undefined) return until === null ? null : { from, until, duration: null };
    const duration = spec.for === undefined ? otherwise : this.duration(`${path}/for`, spec.for);
    if (duration === null) return null;
    const start = from === null ? LATEST_SIGNING : toInstant(from);
    const end = this.#read("bad_time", `${path}/for`, () =>
      fromInstant(plusSeconds(start, duration)),
    );
    return end === null ? null : { from, until: null, duration };
  }

  /** The document that a field names by its path, read by `parse`. */
  document<T>(path: string, file: string, parse: (value: JsonValue) => T): T | null {
    const { readDocument, documentPaths } = this.#resolution.input;
    this.#resolution.usedDocuments.add(file);
    const bytes = readDocument(file);
    if (bytes !== null)
      return this.#read(
        "bad_document",
        path,
        () => parse(parseJson(bytes)),
        `${printable(file)}: `,
      );
    // A refused file has been reported as such.
    if (!documentPaths.includes(file)) {
      const hint = this.#resolution.suggest(file, documentPaths, DIAGNOSTICS.missing_document.hint);
      this.#resolution.report(
        "missing_document",
        this.#resource,
        path,
        `the tree has no document ${quoted(file)}`,
        hint,
      );
    }
    return null;
  }

  #read<T>(code: DiagnosticCode, path: string, read: () => T, prefix = ""): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#resolution.report(
        code,
        this.#resource,
        path,
        prefix + printable(error.message),
        error.hint,
      );
      return null;
    }
  }
}
