/** Of the verifications of a minute one is written down: nobody makes the database grow by asking. */
import type { Controls, Occurrence } from "../../model/controller.js";
import type { JsonObject } from "../../model/json.js";
import type { Instant } from "../../model/time.js";
import { fromInstant, plusSeconds } from "../../protocol/instant.js";

const EVERY_SECONDS = 60;
/** Ids come from anybody, and may be as long as a body. */
const MAX_ID_CHARACTERS = 128;

interface Count {
  /** Of the event before; from then on they are counted. */
  readonly since: Instant;
  count: number;
}

export interface SamplesOptions {
  /** Left out: nothing is written. */
  readonly controls: Pick<Controls, "record"> | undefined;
  readonly onFault: (cause: unknown) => void;
}

export class Samples {
  readonly #options: SamplesOptions;
  readonly #counts = new Map<Occurrence["type"], Count>();

  constructor(options: SamplesOptions) {
    this.#options = options;
  }

  /**
   * Counts a verification, and writes an event once a minute has passed since the last of its type: how many there were
   * `since` then, and what this one was. `ids` are what the request says, and are cut.
   */
  add(
    type: Occurrence["type"],
    now: Instant,
    about: JsonObject,
    ids: Readonly<Record<string, string>>,
  ): void {
    const { controls, onFault } = this.#options;
    if (controls === undefined) return;
    const known = this.#counts.get(type) ?? { since: now, count: 0 };
    const isFirst = !this.#counts.has(type);
    known.count += 1;
    this.#counts.set(type, known);
    // A clock that was set back is no reason to be silent.
    const isDue = now < known.since || now >= plusSeconds(known.since, EVERY_SECONDS);
    if (!isFirst && !isDue) return;
    this.#counts.set(type, { since: now, count: 0 });
    const cut = Object.entries(ids).map(([name, id]) => [name, shortened(id)] as const);
    const details: JsonObject = {
      ...Object.fromEntries(cut),
      ...about,
      count: known.count,
      since: fromInstant(known.since),
    };
    controls.record([{ type, details }]).catch(onFault);
  }
}

/** By whole characters: half of one could not be written. */
function shortened(text: string): string {
  return text.slice(0, MAX_ID_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
}
