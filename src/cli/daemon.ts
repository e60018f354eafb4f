/** The whole service: a controller in a thread of its own, the public routes, the control socket, log and notifications. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Listeners } from "../controller/assemble.js";
import { ControllerThread } from "../controller/controller-thread.js";
import { realClock } from "../controller/real-time.js";
import { displayOf } from "../git/remote.js";
import { buildApp, type Serving } from "../http/app.js";
import { buildControlApp } from "../http/control-app.js";
import { listenOnSocket } from "../http/control-socket.js";
import { listen, type Listening } from "../http/server.js";
import type { ControllerEvent, ControllerStatus, OperatorControls } from "../model/controller.js";
import { Notifier } from "../notify/notifier.js";
import { openSinks } from "../notify/sinks.js";
import { TRANSPORT } from "../notify/transport.js";
import { readWebhookSecret } from "../notify/webhook-secret.js";
import { readAuthorityKey } from "../sign/authority-key.js";
import { openState } from "../state/open.js";
import { backupSchedule } from "./backup-schedule.js";
import { assertServingKey } from "./authority-key.js";
import { logEvent } from "./controller-log.js";
import { controllerOptions } from "./controller-options.js";
import { httpOptions } from "./http-options.js";
import { logOptions, openLog } from "./log.js";
import type { Settings } from "./settings.js";

export interface Service {
  readonly address: string;
  /** What is followed, without secrets; null: nothing is. */
  readonly source: string | null;
  /** Null before the first apply. */
  readonly sovereignId: string | null;
  /** Ends, or throws, when the service cannot go on. */
  readonly ended: Promise<void>;
  /** Looks at the source at once. */
  wake(): void;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly version: string;
  readonly logLevel: string;
}

/** What listens to the controller; the routes join once they are built. */
class Audience implements Listeners {
  readonly #log: Logger;
  readonly #notifier: Notifier;
  readonly #serving = Promise.withResolvers<Serving>();
  readonly #early: ControllerEvent[] = [];
  #metrics: Serving | null = null;
  #status: ControllerStatus | null = null;

  constructor(log: Logger, settings: Settings) {
    this.#log = log;
    this.#notifier = new Notifier({
      sinks: openSinks(settings.notify),
      source: displayOf(settings.repo),
      clock: realClock,
      random: randomBytes,
      transport: TRANSPORT,
      onResult: (sink, result, detail) => {
        this.#metrics?.countNotification(sink, result);
        if (result === "failed" || result === "dropped")
          log.warn({ sink, result, detail }, "notification not delivered");
      },
    });
  }

  readonly status = (): ControllerStatus | null => this.#status;

  readonly observe = (event: ControllerEvent): void => {
    if (event.type === "status") this.#status = event.status;
    if (this.#metrics === null) this.#early.push(event);
    else this.#metrics.observe(event);
    logEvent(this.#log, event);
    this.#notifier.observe(event);
  };

  /** A view that cannot be built is no reason not to go on: the last usable one is served, and readiness says so. */
  readonly publish = async (): Promise<void> => {
    const serving = await this.#serving.promise;
    await serving.prepare().catch((err: unknown) => {
      this.#log.error({ err }, "the newest state cannot be served");
    });
  };

  join(serving: Serving): void {
    this.#metrics = serving;
    for (const event of this.#early.splice(0)) serving.observe(event);
    this.#serving.resolve(serving);
  }

  async leave(): Promise<void> {
    await this.#notifier.close();
  }
}

/**
 * Starts everything, or nothing. Throws AppError `lock_held` naming who writes the state already, `authority_key_missing`,
 * `authority_key_mismatch`, `address_in_use`, and those of reading settings and secrets.
 */
export async function startService(
  settings: Settings,
  { version, logLevel }: ServiceOptions,
): Promise<Service> {
  const secretFile = settings.webhookSecretFile;
  const webhookSecret = secretFile === null ? undefined : readWebhookSecret(secretFile);
  readAuthorityKey(settings.authorityKey);
  const log = openLog(logLevel);
  const audience = new Audience(log, settings);
  const opened: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const end of opened.splice(0).toReversed()) await end();
  };
  const { observe, publish } = audience;
  const thread = await ControllerThread.start(controllerOptions(settings, version, "serve"), {
    observe,
    publish,
    release,
  });
  const close = async (): Promise<void> => {
    await thread.stop();
    await release();
    await audience.leave();
  };
  try {
    const reader = openState(settings.db);
    opened.push(async () => reader.close());
    const authority = reader.authority();
    assertServingKey(settings.authorityKey, true, authority);
    const app = buildApp({
      reader,
      clock: realClock,
      logger: { ...logOptions(logLevel), stream: process.stderr },
      requestIds: randomUUID,
      status: audience.status,
      wake: (trigger) => thread.wake(trigger),
      controls: thread,
      ...(webhookSecret === undefined ? {} : { webhookSecret }),
      ...httpOptions(settings),
      version,
    });
    audience.join(app);
    await audience.publish();
    const server: Listening = await listen(app, settings);
    opened.push(async () => await server.close());
    const controls: OperatorControls = {
      // What the controller said last: its thread may be in the middle of a long plan.
      status: async () => audience.status() ?? (await thread.status()),
      reconcile: async (request) => await thread.reconcile(request),
      suspend: async (request) => await thread.suspend(request),
      resume: async (request) => await thread.resume(request),
      act: async (request) => await thread.act(request),
    };
    const controlApp = buildControlApp({ controls, requestIds: randomUUID });
    const control = await listenOnSocket(controlApp, settings.controlSocket);
    opened.push(async () => await control.close());
    thread.run();
    const backups = backupSchedule(settings, observe);
    if (backups !== null) {
      backups.start();
      opened.push(async () => await backups.stop());
    }
    return {
      address: server.address,
      source: displayOf(settings.repo),
      sovereignId: authority?.sovereignId ?? null,
      ended: thread.ended,
      wake: () => thread.wake("signal"),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
