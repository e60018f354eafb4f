/** Speaks to a running controller over its socket, with the rights that the socket's file gives. */
import type { LocalAnswer, LocalRequest } from "../model/admin.js";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { localRequestJson, parseLocalAnswer } from "../admin/local-request.js";
import { AppError, isErrorCode } from "../errors.js";
import type {
  OperatorControls,
  ControllerStatus,
  ResumeRequest,
  Run,
  RunRequest,
  SuspendRequest,
} from "../model/controller.js";
import { isJsonObject, parseJson } from "../protocol/json.js";

/** A pass fetches, plans and applies before it answers. */
const TIMEOUT_MS = 180_000;
/** A status is told from memory. */
const STATUS_TIMEOUT_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

export class ControlClient implements OperatorControls {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async status(): Promise<ControllerStatus> {
    return (await this.#ask("GET", "/status.json", null, STATUS_TIMEOUT_MS)) as ControllerStatus;
  }

  async reconcile(request: RunRequest): Promise<Run> {
    return (await this.#ask("POST", "/reconcile", request)) as Run;
  }

  async suspend(request: SuspendRequest): Promise<ControllerStatus> {
    return (await this.#ask("POST", "/suspend", request)) as ControllerStatus;
  }

  async resume(request: ResumeRequest): Promise<ControllerStatus> {
    return (await this.#ask("POST", "/resume", request)) as ControllerStatus;
  }

  async act(request: LocalRequest): Promise<LocalAnswer> {
    const { status, body } = await this.#send(
      "POST",
      "/act",
      localRequestJson(request),
      TIMEOUT_MS,
    );
    if (status !== 200) throw refusalOf(body);
    return parseLocalAnswer(body);
  }

  /** Throws AppError `no_controller` when nobody listens, `controller_failed`, or what the controller itself refused. */
  async #ask(
    method: string,
    path: string,
    body: object | null,
    timeout = TIMEOUT_MS,
  ): Promise<unknown> {
    const payload = body === null ? null : JSON.stringify(body);
    const { status, body: answer } = await this.#send(method, path, payload, timeout);
    if (status !== 200) throw refusalOf(answer);
    return JSON.parse(answer);
  }

  async #send(method: string, path: string, body: string | null, timeout: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const payload = body ?? "";
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(payload),
    };
    const sent = httpRequest({
      socketPath: this.#socket,
      method,
      path,
      headers: body === null ? {} : headers,
      timeout,
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", (cause) => reject(toError(cause, this.#socket)));
    sent.on("response", (response) => {
      text(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, body: read }),
        (cause: NodeJS.ErrnoException) => reject(toError(cause, this.#socket)),
      );
    });
    sent.end(payload);
    return await promise;
  }
}

/** What the controller did, or what `otherwise` did where no controller answers. */
export async function whereItRuns<T>(
  socket: string,
  ask: (controls: OperatorControls) => Promise<T>,
  otherwise: () => Promise<T>,
): Promise<T> {
  try {
    return await ask(new ControlClient(socket));
  } catch (error) {
    if (error instanceof AppError && error.code === "no_controller") return await otherwise();
    throw error;
  }
}

/** EINVAL: the path is longer than a socket's can be, so nobody listens there. */
const NOBODY: ReadonlySet<string | undefined> = new Set(["ENOENT", "ECONNREFUSED", "EINVAL"]);

function toError(cause: NodeJS.ErrnoException, socket: string): AppError {
  if (NOBODY.has(cause.code))
    return new AppError("no_controller", `no controller answers at ${socket}`, { cause });
  if (cause.code === "EACCES")
    return new AppError("controller_failed", `${socket} may not be used by this user`, {
      cause,
      hint: "run this as the user that runs concordat serve",
    });
  return new AppError("controller_failed", `the controller did not answer: ${cause.message}`, {
    cause,
  });
}

function refusalOf(answer: string): AppError {
  const document = parseJson(answer);
  const error = isJsonObject(document) ? document["error"] : null;
  if (!isJsonObject(error)) return new AppError("controller_failed", "the answer cannot be read");
  const { code, message, hint, details } = error;
  return new AppError(
    isErrorCode(code) ? code : "controller_failed",
    typeof message === "string" ? message : "refused",
    {
      ...(typeof hint === "string" ? { hint } : {}),
      details: details ?? null,
    },
  );
}
