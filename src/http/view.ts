/** One generation of the state during one stretch of time, and the documents that are made of it once. */
import type { Connectome } from "../connectome/connectome.js";
import type { Instant } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";
import type { Generation } from "./generation.js";
import { Representation } from "./representation.js";

export class View {
  readonly generation: Generation;
  readonly connectome: Connectome;
  readonly #documents = new Map<string, Representation>();
  #countdown: { readonly made: Representation; readonly at: Instant } | null = null;

  constructor(generation: Generation, connectome: Connectome) {
    this.generation = generation;
    this.connectome = connectome;
  }

  /** The document of this name, made at its first use. */
  document(name: string, make: () => string): Representation {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const made = new Representation(make());
    this.#documents.set(name, made);
    return made;
  }

  /** The whole list of treaties, whose countdowns to expiry move every second: made anew once they are a second old. */
  wholeList(now: Instant, make: () => string): Representation {
    const known = this.#countdown;
    if (known !== null && now >= known.at && now < plusSeconds(known.at, 1)) return known.made;
    const made = new Representation(make());
    this.#countdown = { made, at: now };
    return made;
  }
}
