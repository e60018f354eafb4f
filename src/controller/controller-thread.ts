/** A controller in a thread of its own, as the thread that serves sees it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { AppError } from "../errors.js";
import { localRequestJson, parseLocalAnswer } from "../admin/local-request.js";
import type { AdminReply, AdminRequest, LocalAnswer, LocalRequest } from "../model/admin.js";
import type {
  Controls,
  ControllerStatus,
  Occurrence,
  ResumeRequest,
  Run,
  RunRequest,
  SuspendRequest,
  Trigger,
} from "../model/controller.js";
import { adminAnswer, requestJson } from "./admin-json.js";
import type { ControllerOptions, Listeners } from "./assemble.js";
import {
  fromMessage,
  toMessage,
  type ControlAnswer,
  type ControlRequest,
  type FromController,
  type ToController,
} from "./messages.js";

const ENTRY = new URL("./thread-entry.js", import.meta.url);

const GONE = new AppError("controller_failed", "the controller has ended");

export interface ThreadListeners extends Listeners {
  /** Called once the loop is over: whoever reads the state lets go of it, so that it can be left as one file. */
  readonly release: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: ControlAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class ControllerThread implements Controls {
  readonly #worker: Worker;
  readonly #listeners: ThreadListeners;
  readonly #waiting = new Map<number, Waiting>();
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #requests = 0;
  #isStopping = false;
  /** What is said to whoever asks a thread that has ended. */
  #gone: AppError | null = null;

  private constructor(options: ControllerOptions, listeners: ThreadListeners) {
    this.#listeners = listeners;
    this.#worker = new Worker(ENTRY, { workerData: options, name: "controller" });
    this.#worker.on("message", (message: FromController) => this.#hear(message));
    this.#worker.on("error", (cause) => this.#end(fromMessage(toMessage(cause))));
    this.#worker.on("exit", () => this.#end(this.#isStopping ? null : GONE));
    this.#ended.promise.catch(() => {});
  }

  /** Ends once the state is open and locked. Throws AppError `lock_held`, and those of opening the state and the source. */
  static async start(
    options: ControllerOptions,
    listeners: ThreadListeners,
  ): Promise<ControllerThread> {
    const thread = new ControllerThread(options, listeners);
    await thread.#started.promise;
    return thread;
  }

  /** Ends when the thread does. Throws what ended it, unless it was stopped. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Begins to follow the source. */
  run(): void {
    this.#tell({ type: "run" });
  }

  wake(trigger: Trigger): void {
    this.#tell({ type: "wake", trigger });
  }

  /** The pass under way comes to its end, and the state is given free. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#tell({ type: "stop" });
    await this.#ended.promise.catch(() => {});
    if (this.#worker.threadId !== -1) await once(this.#worker, "exit");
  }

  async status(): Promise<ControllerStatus> {
    return (await this.#ask({ do: "status" })) as ControllerStatus;
  }

  async reconcile(request: RunRequest): Promise<Run> {
    return (await this.#ask({ do: "reconcile", request })) as Run;
  }

  async suspend(request: SuspendRequest): Promise<ControllerStatus> {
    return (await this.#ask({ do: "suspend", request })) as ControllerStatus;
  }

  async resume(request: ResumeRequest): Promise<ControllerStatus> {
    return (await this.#ask({ do: "resume", request })) as ControllerStatus;
  }

  async admin(request: AdminRequest): Promise<AdminReply> {
    return adminAnswer(await this.#ask({ do: "admin", json: requestJson(request) }));
  }

  async act(request: LocalRequest): Promise<LocalAnswer> {
    return parseLocalAnswer(await this.#ask({ do: "act", json: localRequestJson(request) }));
  }

  async record(events: readonly Occurrence[]): Promise<void> {
    await this.#ask({ do: "record", json: requestJson(events) });
  }

  async #ask(request: ControlRequest): Promise<ControlAnswer> {
    if (this.#gone !== null) throw this.#gone;
    const { promise, resolve, reject } = Promise.withResolvers<ControlAnswer>();
    const id = (this.#requests += 1);
    this.#waiting.set(id, { resolve, reject });
    this.#tell({ type: "control", id, request });
    return await promise;
  }

  #tell(message: ToController): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromController): void {
    switch (message.type) {
      case "started":
        return this.#started.resolve();
      case "event":
        return this.#listeners.observe(message.event);
      case "publish":
        return void this.#publish(message.generation);
      case "answer":
        this.#take(message.id)?.resolve(message.answer);
        return;
      case "refusal":
        this.#take(message.id)?.reject(fromMessage(message.error));
        return;
      case "closing":
        return void this.#release();
      case "failed":
        this.#end(fromMessage(message.error));
    }
  }

  async #publish(generation: number): Promise<void> {
    try {
      await this.#listeners.publish(generation);
    } finally {
      this.#tell({ type: "published", generation });
    }
  }

  async #release(): Promise<void> {
    try {
      await this.#listeners.release();
    } finally {
      this.#tell({ type: "released" });
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(error: AppError | null): void {
    if (error === null) this.#ended.resolve();
    else this.#ended.reject(error);
    this.#gone ??= error ?? GONE;
    this.#started.reject(this.#gone);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}
