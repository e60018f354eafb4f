/** The thread of the controller: it plans, signs and writes, so that serving never waits for it. */
import { parentPort, workerData } from "node:worker_threads";
import { localAnswerJson, parseLocalRequest } from "../admin/local-request.js";
import { AppError } from "../errors.js";
import type { Controls, Trigger } from "../model/controller.js";
import { adminRequest, answerJson, occurrences } from "./admin-json.js";
import { assemble, type ControllerOptions } from "./assemble.js";
import { refusalOf } from "./refusal.js";
import {
  toMessage,
  type ControlAnswer,
  type ControlRequest,
  type FromController,
  type ToController,
} from "./messages.js";

/** A serving thread that does not say so within this has other troubles; the state is committed in any case. */
const PUBLISH_TIMEOUT_MS = 10_000;
const RELEASE_TIMEOUT_MS = 10_000;

/** What a request wakes the loop with once it is answered, or refused. */
const TRIGGERS: Readonly<Record<ControlRequest["do"], Trigger | null>> = {
  status: null,
  record: null,
  reconcile: "request",
  suspend: "request",
  resume: "request",
  admin: "state",
  act: "state",
};

const port = parentPort;
if (port === null) throw new AppError("internal", "this module is the entry of a thread");

const tell = (message: FromController): void => port.postMessage(message);
const awaited = new Map<number, () => void>();
const released = Promise.withResolvers<void>();

async function publish(generation: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PUBLISH_TIMEOUT_MS);
  awaited.set(generation, resolve);
  tell({ type: "publish", generation });
  await promise;
  awaited.delete(generation);
  clearTimeout(timer);
}

/** The last one to close a state leaves it as one file, and only the writer can. */
async function release(): Promise<void> {
  const timer = setTimeout(released.resolve, RELEASE_TIMEOUT_MS);
  tell({ type: "closing" });
  await released.promise;
  clearTimeout(timer);
}

async function answer(controls: Controls, request: ControlRequest): Promise<ControlAnswer> {
  switch (request.do) {
    case "status":
      return await controls.status();
    case "reconcile":
      return await controls.reconcile(request.request);
    case "suspend":
      return await controls.suspend(request.request);
    case "resume":
      return await controls.resume(request.request);
    case "admin":
      return answerJson(await controls.admin(adminRequest(request.json)));
    case "act":
      return localAnswerJson(await controls.act(parseLocalRequest(request.json)));
    case "record":
      await controls.record(occurrences(request.json));
      return null;
  }
}

async function run(): Promise<void> {
  const options = workerData as ControllerOptions;
  const observe = (event: Extract<FromController, { type: "event" }>["event"]): void =>
    tell({ type: "event", event });
  const { controller, loop, close } = await assemble(options, { observe, publish });
  const begun = Promise.withResolvers<void>();
  try {
    port?.on("message", (message: ToController) => {
      switch (message.type) {
        case "control":
          answer(controller, message.request)
            .then(
              (result) => tell({ type: "answer", id: message.id, answer: result }),
              (error: unknown) => {
                tell({ type: "refusal", id: message.id, error: toMessage(error) });
                // A state that can no longer be written is everybody's matter.
                if (refusalOf(error).persistence === "fatal") loop.fail(error);
              },
            )
            .finally(() => {
              // It may have changed when to run next, which feeds to poll, and whether the state can be written.
              const trigger = TRIGGERS[message.request.do];
              if (trigger !== null) loop.wake(trigger);
            });
          return;
        case "published":
          awaited.get(message.generation)?.();
          return;
        case "wake":
          return loop.wake(message.trigger);
        case "released":
          return released.resolve();
        case "run":
          return begun.resolve();
        case "stop":
          begun.resolve();
          void loop.stop();
      }
    });
    tell({ type: "started" });
    // Nothing is applied by a service that may still fail to start.
    await begun.promise;
    await loop.run();
  } finally {
    await release();
    await close();
  }
}

try {
  await run();
} catch (error) {
  tell({ type: "failed", error: toMessage(error) });
} finally {
  port.close();
}
