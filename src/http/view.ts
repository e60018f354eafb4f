/** One generation of the state during one stretch of time, and the documents that are made of it once. */
import type { Connectome } from "../connectome/connectome.js";
import type { ConnectomeJson, Parts } from "../connectome/json.js";
import type { Instant } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";
import type { LifecycleState } from "../protocol/lifecycle.js";
import { encodeBody } from "./body.js";
import type { Generation } from "./generation.js";
import { Representation } from "./representation.js";
import type { Slices } from "./slices.js";

interface ViewContent {
  readonly generation: Generation;
  readonly connectome: Connectome;
  readonly json: ConnectomeJson;
  /** What of it is not signed as it should be, by name. */
  readonly unverified: readonly string[];
}

export class View {
  readonly generation: Generation;
  readonly connectome: Connectome;
  readonly json: ConnectomeJson;
  readonly unverified: readonly string[];
  readonly #slices: Slices;
  readonly #documents = new Map<string, Representation | Promise<Representation>>();
  #countdown: { readonly made: Promise<Representation>; readonly at: Instant } | null = null;
  #counts: Readonly<Record<LifecycleState, number>> | null = null;

  constructor({ generation, connectome, json, unverified }: ViewContent, slices: Slices) {
    this.generation = generation;
    this.connectome = connectome;
    this.json = json;
    this.unverified = unverified;
    this.#slices = slices;
  }

  /** The small document of this name, made at its first use. */
  document(name: string, make: () => string): Representation | Promise<Representation> {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const made = new Representation(make());
    this.#documents.set(name, made);
    return made;
  }

  /** The document of this name that may be large, made at its first use, with pauses. */
  largeDocument(name: string, parts: () => Parts): Representation | Promise<Representation> {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const making = this.represent(parts());
    this.#documents.set(name, making);
    making.then(
      (made) => this.#documents.set(name, made),
      () => this.#documents.delete(name),
    );
    return making;
  }

  connectomeDocument(): Representation | Promise<Representation> {
    return this.largeDocument("connectome", () => this.json.connectome());
  }

  /** The whole list of treaties, whose countdowns to expiry move every second: made anew once they are a second old. */
  async wholeList(now: Instant, parts: () => Parts): Promise<Representation> {
    const known = this.#countdown;
    if (known !== null && now >= known.at && now < plusSeconds(known.at, 1)) return known.made;
    const made = this.represent(parts());
    this.#countdown = { made, at: now };
    return made;
  }

  async represent(parts: Parts): Promise<Representation> {
    return new Representation(await this.#slices.run(encodeBody(parts)));
  }

  /** Treaties by lifecycle state. */
  counts(): Readonly<Record<LifecycleState, number>> {
    if (this.#counts !== null) return this.#counts;
    const counts = { active: 0, expiring_soon: 0, expired: 0, revoked: 0, replaced: 0 };
    for (const edge of this.connectome.recognition.graph.edges) counts[edge.lifecycleState] += 1;
    this.#counts = counts;
    return counts;
  }
}
