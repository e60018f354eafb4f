/** What the routes read: built when the state or a treaty's lifecycle has changed, never per request (design.md 6). */
import { deriveConnectome } from "../connectome/connectome.js";
import { ConnectomeJson } from "../connectome/json.js";
import { holdsAt } from "../connectome/judged-treaty.js";
import { AppError } from "../errors.js";
import type { Instant } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";
import type { ServedState } from "./context.js";
import { readGeneration, type Generation } from "./generation.js";
import type { Slices } from "./slices.js";
import { Verification } from "./verification.js";
import { View } from "./view.js";

/** A large state that turned out unusable is not read again before this, or every request would pay for it. */
const RETRY_SECONDS = 1;

export interface ReadModelOptions {
  readonly reader: ServedState;
  readonly clock: () => Instant;
  readonly slices: Slices;
  /** Called for every connectome that is built. */
  readonly onBuild: () => void;
  /** Called when the state stops being usable. */
  readonly onFault: (cause: unknown) => void;
  /** Called when other documents than before turn out not to be signed as they should be; an empty list: none are left. */
  readonly onUnverified: (names: readonly string[]) => void;
}

interface Fault {
  readonly code: string;
  /** Null when not even the generation could be read. */
  readonly generation: number | null;
  readonly at: Instant;
}

export class ReadModel {
  readonly #options: ReadModelOptions;
  readonly #verification = new Verification();
  #view: View | null = null;
  #fault: Fault | null = null;
  #building: Promise<void> | null = null;

  constructor(options: ReadModelOptions) {
    this.#options = options;
  }

  /**
   * The newest state: what was committed before the call is in it. While the state is unusable this is the last usable one,
   * whose lifecycles go on with the clock. Throws AppError `service_not_ready` when there has been none.
   */
  current(): View | Promise<View> {
    return this.#isFresh() ? this.#usable() : this.#refresh().then(() => this.#usable());
  }

  /** What was built last, without waiting; null before the first. A newer one is built in the background. */
  latest(): View | null {
    if (!this.#isFresh()) void this.#refresh();
    return this.#view;
  }

  /**
   * Builds the newest view and its connectome, and gives its generation.
   * Throws AppError `service_not_ready` when the newest state cannot be used.
   */
  async prepare(): Promise<number> {
    const view = await this.current();
    if (this.fault !== null) throw notReady([this.fault]);
    await view.connectomeDocument();
    return view.generation.number;
  }

  /**
   * Reads past the model, for rows it does not keep. Throws AppError `service_not_ready` when that fails; what the request is
   * to blame for passes.
   */
  read<T>(read: (state: ServedState) => T): T {
    try {
      return read(this.#options.reader);
    } catch (cause) {
      if (cause instanceof AppError && cause.status < 500) throw cause;
      throw notReady([codeOf(cause)], cause);
    }
  }

  /** Why the latest state could not be used, as an error code; null when it could. */
  get fault(): string | null {
    return this.#fault?.code ?? null;
  }

  /** Waits for a build that is under way. */
  async settle(): Promise<void> {
    await this.#building;
  }

  #usable(): View {
    if (this.#view === null) throw notReady([this.fault ?? "state_unreadable"]);
    return this.#view;
  }

  /** Whether nothing newer can be had than what there is. */
  #isFresh(): boolean {
    const now = this.#options.clock();
    const view = this.#view;
    const isOnTime = view === null || holdsAt(view.connectome, now);
    let generation: number | null = null;
    try {
      generation = this.#options.reader.generation();
    } catch (cause) {
      this.#setFault(cause, null, now);
      return isOnTime;
    }
    if (generation === view?.generation.number) {
      this.#fault = null;
      return isOnTime;
    }
    return isOnTime && this.#fault !== null && isRecent(this.#fault, generation, now);
  }

  async #refresh(): Promise<void> {
    if (this.#building !== null) {
      // It may have read the state before the commit that this caller has to see.
      await this.#building;
      if (this.#isFresh()) return;
    }
    this.#building ??= this.#build().finally(() => {
      this.#building = null;
    });
    return this.#building;
  }

  async #build(): Promise<void> {
    const { reader, clock, slices } = this.#options;
    const now = clock();
    let number: number | null = null;
    try {
      number = reader.generation();
      const known = this.#view?.generation ?? null;
      const isKnown = known !== null && number === known.number;
      if (!isKnown && this.#fault !== null && isRecent(this.#fault, number, now)) {
        await this.#moveOn(now);
        return;
      }
      const generation = isKnown
        ? known
        : await slices.run(readGeneration(() => reader.servedRows(), known));
      this.#view = await this.#derive(generation, now);
      this.#fault = null;
    } catch (cause) {
      if (slices.isClosed) return;
      this.#setFault(cause, number, now);
      await this.#moveOn(now);
    }
  }

  /** The last usable state goes on with the clock. */
  async #moveOn(now: Instant): Promise<void> {
    const view = this.#view;
    if (view === null || holdsAt(view.connectome, now)) return;
    try {
      this.#view = await this.#derive(view.generation, now);
    } catch (cause) {
      this.#options.onFault(cause);
    }
  }

  async #derive(generation: Generation, now: Instant): Promise<View> {
    const { slices, onBuild, onUnverified } = this.#options;
    const previous = this.#view;
    const connectome = await slices.run(
      deriveConnectome(generation, now, previous?.connectome ?? null),
    );
    const unverified = await slices.run(
      this.#verification.failures(generation, connectome.recognition.byId.values()),
    );
    const json = new ConnectomeJson(connectome, previous?.json ?? null);
    onBuild();
    if (unverified.join() !== (previous?.unverified ?? []).join()) onUnverified(unverified);
    return new View({ generation, connectome, json, unverified }, slices);
  }

  #setFault(cause: unknown, generation: number | null, at: Instant): void {
    if (this.#fault === null) this.#options.onFault(cause);
    this.#fault = { code: codeOf(cause), generation, at };
  }
}

export function notReady(reasons: readonly string[], cause?: unknown): AppError {
  return new AppError("service_not_ready", "Service is not ready", { details: { reasons }, cause });
}

function isRecent(fault: Fault, generation: number, now: Instant): boolean {
  return (
    fault.generation === generation && now >= fault.at && now < plusSeconds(fault.at, RETRY_SECONDS)
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof AppError ? cause.code : "state_unreadable";
}
