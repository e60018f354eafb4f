/** The metrics of one app, in a registry of its own. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { LifecycleState } from "../protocol/lifecycle.js";

export interface StateFigures {
  readonly generation: number;
  readonly treaties: Readonly<Record<LifecycleState, number>>;
  readonly importedRevocations: number;
  /** Whether the latest state could be read; the figures are then of the last one that could. */
  readonly current: boolean;
  /** Whether everything in it is signed as it should be. */
  readonly verified: boolean;
}

export type VerificationType = "treaty" | "attestation" | "attestation_with_treaty";

export interface Verdict {
  readonly accepted: boolean;
  readonly reason: string;
}

export type WebhookResult = "accepted" | "refused" | "replayed" | "throttled";

export class HttpMetrics {
  readonly registry = new Registry();
  readonly builds: Counter;
  readonly #webhooks: Counter<"result">;
  readonly #verifications: Counter<"type" | "accepted" | "reason">;
  readonly #requests: Counter<"route" | "code">;
  readonly #seconds: Histogram<"route">;

  /** `figures` is asked at every scrape; null: nothing is known of the state yet. */
  constructor(figures: () => StateFigures | null) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: "concordat_http_requests_total",
      help: "Requests answered, by route and status code.",
      labelNames: ["route", "code"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "concordat_http_request_duration_seconds",
      help: "Time from the request's arrival to the end of its answer, by route.",
      labelNames: ["route"],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
    this.builds = new Counter({
      name: "concordat_connectome_builds_total",
      help: "Connectomes built: one for each change of the state or of a treaty's lifecycle, not one for each request.",
      registers,
    });
    this.#webhooks = new Counter({
      name: "concordat_webhook_requests_total",
      help: "Requests to wake the controller, by what became of them.",
      labelNames: ["result"],
      registers,
    });
    this.#verifications = new Counter({
      name: "concordat_verifications_total",
      help: "Documents that were judged for somebody, by type and reason.",
      labelNames: ["type", "accepted", "reason"],
      registers,
    });
    registerStateGauges(registers, figures);
  }

  /** `reason` is of the closed list of the decision. */
  countVerification(type: VerificationType, { accepted, reason }: Verdict): void {
    this.#verifications.inc({ type, accepted: String(accepted), reason });
  }

  countWebhook(result: WebhookResult): void {
    this.#webhooks.inc({ result });
  }

  /** `route` is the pattern, never the path, so that no client can make new series. */
  observe(route: string, code: number, seconds: number): void {
    this.#requests.inc({ route, code });
    this.#seconds.observe({ route }, seconds);
  }
}

function registerStateGauges(registers: Registry[], figures: () => StateFigures | null): void {
  new Gauge({
    name: "concordat_state_generation",
    help: "Generation of the state that is being served.",
    registers,
    collect() {
      const known = figures();
      if (known === null) this.reset();
      else this.set(known.generation);
    },
  });
  new Gauge({
    name: "concordat_state_current",
    help: "1 when the latest state is being served, 0 when it cannot be read and an earlier one stands in.",
    registers,
    collect() {
      this.set(figures()?.current === true ? 1 : 0);
    },
  });
  new Gauge({
    name: "concordat_state_verified",
    help: "1 when all that is being served is signed as it should be.",
    registers,
    collect() {
      this.set(figures()?.verified === true ? 1 : 0);
    },
  });
  new Gauge({
    name: "concordat_objects",
    help: "Objects that are being served, by kind and state.",
    labelNames: ["kind", "state"],
    registers,
    collect() {
      const known = figures();
      if (known === null) return;
      for (const [state, count] of Object.entries(known.treaties))
        this.set({ kind: "RecognitionTreaty", state }, count);
      this.set({ kind: "ImportedRevocation", state: "revoked" }, known.importedRevocations);
    },
  });
  new Gauge({
    name: "concordat_treaties",
    help: "Treaties by lifecycle state.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, count] of Object.entries(figures()?.treaties ?? {}))
        this.set({ state }, count);
    },
  });
}
