/** Tells people and programs what the controller does, without ever holding it up. */
import type { ControllerEvent } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { uuid4 } from "../protocol/uuid.js";
import { driftMessage, toMessage } from "./message.js";
import type { DriftEvent, Message } from "./message.js";
import { Outbox } from "./outbox.js";
import type { NotifyResult } from "./outbox.js";
import { Repeats } from "./repeats.js";
import type { Sink } from "./sinks.js";
import type { Transport } from "./transport.js";

export interface NotifierPorts {
  readonly sinks: readonly Sink[];
  /** Who speaks: the repository's address, without secrets. */
  readonly source: string;
  readonly clock: () => Instant;
  /** Cryptographic random bytes, for ids. */
  readonly random: (length: number) => Uint8Array;
  readonly transport: Transport;
  /** Told of each message and receiver, by the receiver's name. `detail` is a status or the code of an error. */
  readonly onResult: (sink: string, result: NotifyResult, detail: string | null) => void;
}

export class Notifier {
  readonly #ports: NotifierPorts;
  readonly #outboxes: readonly Outbox[];
  readonly #repeats = new Repeats();
  /** Subjects last seen as they should not be. */
  readonly #open = new Set<string>();
  readonly #drift: DriftEvent[] = [];
  #suppressed = 0;
  #isClosed = false;

  constructor(ports: NotifierPorts) {
    this.#ports = ports;
    const { transport, clock } = ports;
    this.#outboxes = ports.sinks.map(
      (sink) =>
        new Outbox({
          sink,
          transport,
          clock,
          onResult: (result, detail) => this.#report(sink.name, result, detail),
        }),
    );
  }

  /** Returns at once and never throws: what is told is told later, or counted as lost. */
  observe(event: ControllerEvent): void {
    if (this.#isClosed || this.#outboxes.length === 0) return;
    this.#guarded(() => {
      if (event.type === "drift_detected" || event.type === "drift_resolved") {
        this.#drift.push(event);
        return;
      }
      const now = this.#ports.clock();
      this.#tellDrift(now);
      const message = toMessage(event, this.#open, fromInstant(now));
      if (message !== null) this.#consider(message, now);
      for (const held of this.#repeats.due(now)) this.#consider(held, now);
    });
  }

  /** Resolves when all that was observed is delivered, or given up. */
  async drain(): Promise<void> {
    if (!this.#isClosed) this.#flush();
    await Promise.all(this.#outboxes.map((outbox) => outbox.drain()));
  }

  /** Tries what waits once more, for two seconds, and drops the rest. Nothing is observed afterwards. */
  async close(): Promise<void> {
    if (!this.#isClosed) this.#flush();
    this.#isClosed = true;
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
  }

  #flush(): void {
    this.#guarded(() => this.#tellDrift(this.#ports.clock()));
  }

  #guarded(tell: () => void): void {
    try {
      tell();
    } catch {
      for (const { name } of this.#ports.sinks) this.#report(name, "dropped", "internal");
    }
  }

  /** Any other event ends the run of drift events that belong together. */
  #tellDrift(now: Instant): void {
    const drift = this.#drift.splice(0);
    for (const type of ["drift_detected", "drift_resolved"] as const) {
      const events = drift.filter((event) => event.type === type);
      if (events.length > 0) this.#consider(driftMessage(type, events, fromInstant(now)), now);
    }
  }

  #consider(message: Message, now: Instant): void {
    const { subject } = message;
    if (subject !== null && message.isResolved) this.#open.delete(subject);
    if (subject !== null && !message.isResolved) this.#open.add(subject);
    if (!this.#repeats.admit(message, now)) {
      this.#suppressed += 1;
      for (const { name } of this.#ports.sinks) this.#report(name, "suppressed", null);
      return;
    }
    const id = `msg_${uuid4(this.#ports.random(16))}`;
    const letter = { ...message, id, source: this.#ports.source, suppressed: this.#suppressed };
    this.#suppressed = 0;
    for (const outbox of this.#outboxes) outbox.add(letter);
  }

  #report(sink: string, result: NotifyResult, detail: string | null): void {
    try {
      this.#ports.onResult(sink, result, detail);
    } catch {
      // A listener that fails must not end a delivery.
    }
  }
}
