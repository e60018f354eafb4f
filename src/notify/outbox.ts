/** What waits for one receiver, and its delivery. */
import { setImmediate } from "node:timers/promises";
import type { Instant } from "../model/time.js";
import { slackBody, webhookBody } from "./body.js";
import type { Notification } from "./body.js";
import { failureCode, post } from "./post.js";
import type { Sink } from "./sinks.js";
import type { Transport } from "./transport.js";
import { signWebhook } from "./webhook-signature.js";

export type NotifyResult = "delivered" | "failed" | "suppressed" | "dropped";

export interface OutboxPorts {
  readonly sink: Sink;
  readonly transport: Transport;
  readonly clock: () => Instant;
  /** `detail` is a status or the code of an error: no address, no body. */
  readonly onResult: (result: NotifyResult, detail: string | null) => void;
}

/** A message with the name it bears on its way. */
type Letter = Omit<Notification, "dropped">;

const MAX_WAITING = 100;
/** Before the second, third and fourth attempt. */
const PAUSES_MS: readonly number[] = [1_000, 5_000, 30_000];
/** How long a service that stops waits for its last messages to go out. */
const GRACE_MS = 2_000;
/** A Slack message holds 50 blocks, and people read fewer. */
const MAX_TOGETHER = 10;
const MICROS_PER_SECOND = 1_000_000n;

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #waiting: Letter[] = [];
  /** Ends pauses: what is tried from then on is tried once. */
  readonly #hurry = new AbortController();
  /** Ends requests. */
  readonly #stop = new AbortController();
  #dropped = 0;
  #delivery: Promise<void> = Promise.resolve();
  #isDelivering = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  add(letter: Letter): void {
    this.#waiting.push(letter);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
      this.#ports.onResult("dropped", null);
    }
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.#delivery = this.#deliverAll();
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.#isDelivering) await this.#delivery;
  }

  /** What waits is tried once more while the grace lasts; then what is under way ends, and the rest is dropped. */
  async close(): Promise<void> {
    const grace = new AbortController();
    this.#hurry.abort();
    const drained = this.drain().finally(() => grace.abort());
    await this.#ports.transport.sleep(GRACE_MS, grace.signal);
    this.#stop.abort();
    await drained;
  }

  async #deliverAll(): Promise<void> {
    // What is told in one turn goes out together, so the first one waits for the others.
    await setImmediate();
    while (this.#waiting.length > 0) {
      const most = this.#ports.sink.kind === "slack" ? MAX_TOGETHER : 1;
      const letters = this.#waiting.splice(0, most);
      const [result, detail] = this.#stop.signal.aborted
        ? (["dropped", null] as const)
        : await this.#deliver(this.#toNotifications(letters));
      for (const _ of letters) this.#ports.onResult(result, detail);
    }
    this.#isDelivering = false;
  }

  #toNotifications(letters: readonly Letter[]): readonly Notification[] {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return letters.map((letter, index) => ({ ...letter, dropped: index === 0 ? dropped : 0 }));
  }

  async #deliver(
    notifications: readonly Notification[],
  ): Promise<readonly [NotifyResult, string | null]> {
    const { signal } = this.#hurry;
    for (let attempt = 0; ; attempt += 1) {
      const [outcome, detail] = await this.#attempt(notifications);
      const pause = PAUSES_MS[attempt];
      if (outcome !== "again") return [outcome, detail];
      if (pause === undefined || signal.aborted) return ["failed", detail];
      await this.#ports.transport.sleep(pause, signal);
      if (signal.aborted) return ["failed", detail];
    }
  }

  async #attempt(
    notifications: readonly Notification[],
  ): Promise<readonly ["delivered" | "failed" | "again", string | null]> {
    const { sink, transport } = this.#ports;
    const { headers, body } = this.#envelope(notifications);
    try {
      const status = await post({
        url: sink.url,
        headers,
        body,
        timeoutMs: transport.timeoutMs,
        ca: transport.ca,
        signal: this.#stop.signal,
      });
      if (status >= 200 && status < 300) return ["delivered", null];
      const mayChange = status >= 500 || status === 408 || status === 429;
      return [mayChange ? "again" : "failed", `http_${status}`];
    } catch (error) {
      return ["again", failureCode(error)];
    }
  }

  /** Signed anew for each attempt: the timestamp is the attempt's, the id the notification's. */
  #envelope(notifications: readonly Notification[]): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  } {
    const { sink, clock } = this.#ports;
    const headers = { "content-type": "application/json", "user-agent": "concordat" };
    const [first] = notifications;
    if (sink.kind === "slack" || first === undefined)
      return { headers, body: slackBody(notifications) };
    const body = webhookBody(first);
    const timestamp = Number(clock() / MICROS_PER_SECOND);
    return {
      headers: {
        ...headers,
        "webhook-id": first.id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signWebhook(sink.secret, first.id, timestamp, body),
      },
      body,
    };
  }
}
