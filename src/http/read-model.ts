/** What the routes read: built when the state or a treaty's lifecycle has changed, never per request (design.md 6). */
import { buildConnectome, type Connectome } from "../connectome/connectome.js";
import { AppError } from "../errors.js";
import type { Instant } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";
import type { ServedState } from "./context.js";
import { readGeneration, type Generation } from "./generation.js";
import { View } from "./view.js";

/** A large state that turned out unusable is not read again before this, or every request would pay for it. */
const RETRY_SECONDS = 1;

export interface ReadModelOptions {
  readonly reader: ServedState;
  readonly clock: () => Instant;
  /** Called for every connectome that is built. */
  readonly onBuild: () => void;
  /** Called when the state stops being usable. */
  readonly onFault: (cause: unknown) => void;
}

interface Fault {
  readonly code: string;
  /** Null when not even the generation could be read. */
  readonly generation: number | null;
  readonly at: Instant;
}

export class ReadModel {
  readonly #options: ReadModelOptions;
  #view: View | null = null;
  #fault: Fault | null = null;

  constructor(options: ReadModelOptions) {
    this.#options = options;
  }

  /**
   * The state at this moment; null when there has been none. While the state is unusable this is the last usable one,
   * whose lifecycles go on with the clock.
   */
  latest(): View | null {
    const now = this.#options.clock();
    this.#refresh(now);
    if (this.#view !== null && !covers(this.#view.connectome, now))
      this.#view = this.#build(this.#view.generation, now);
    return this.#view;
  }

  /** As `latest`. Throws AppError `service_not_ready` when there has been none. */
  current(): View {
    const view = this.latest();
    if (view === null) throw notReady([this.fault ?? "state_unreadable"]);
    return view;
  }

  /** Reads past the model, for rows it does not keep. Throws AppError `service_not_ready` when that fails. */
  read<T>(read: (state: ServedState) => T): T {
    try {
      return read(this.#options.reader);
    } catch (cause) {
      throw notReady([codeOf(cause)], cause);
    }
  }

  /** Why the latest state could not be used, as an error code; null when it could. */
  get fault(): string | null {
    return this.#fault?.code ?? null;
  }

  #refresh(now: Instant): void {
    const { reader, onFault } = this.#options;
    let generation: number | null = null;
    try {
      generation = reader.generation();
      if (generation !== this.#view?.generation.number) {
        if (this.#fault !== null && isRecent(this.#fault, generation, now)) return;
        this.#view = this.#build(readGeneration(reader), now);
      }
      this.#fault = null;
    } catch (cause) {
      if (this.#fault === null) onFault(cause);
      this.#fault = { code: codeOf(cause), generation, at: now };
    }
  }

  #build(generation: Generation, now: Instant): View {
    const view = new View(generation, buildConnectome(generation, now));
    this.#options.onBuild();
    return view;
  }
}

export function notReady(reasons: readonly string[], cause?: unknown): AppError {
  return new AppError("service_not_ready", "Service is not ready", { details: { reasons }, cause });
}

/** A clock that was set back asks for a new build as well. */
function covers({ builtAt, validUntil }: Connectome, now: Instant): boolean {
  return now >= builtAt && (validUntil === null || now < validUntil);
}

function isRecent(fault: Fault, generation: number, now: Instant): boolean {
  return (
    fault.generation === generation && now >= fault.at && now < plusSeconds(fault.at, RETRY_SECONDS)
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof AppError ? cause.code : "state_unreadable";
}
