/** What the thread of the controller and the thread that serves say to each other. */
import { RecordedRefusal } from "../admin/receipt.js";
import { AppError, ERRORS, type ErrorCode } from "../errors.js";
import type {
  ControllerEvent,
  ControllerStatus,
  ResumeRequest,
  Run,
  RunRequest,
  SuspendRequest,
  Trigger,
} from "../model/controller.js";
import type { JsonValue } from "../model/json.js";

/** An error as it crosses a thread. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly details: JsonValue;
  /** Of a refusal that was written down. */
  readonly receipt?: string;
}

export type ControlRequest =
  | { readonly do: "status" }
  | { readonly do: "reconcile"; readonly request: RunRequest }
  | { readonly do: "suspend"; readonly request: SuspendRequest }
  | { readonly do: "resume"; readonly request: ResumeRequest }
  /** The request as canonical JSON: a clone would lose what tells a float from an integer. */
  | { readonly do: "admin"; readonly json: string }
  | { readonly do: "act"; readonly json: string }
  | { readonly do: "record"; readonly json: string };

/** An answer to `admin` and to `act` is canonical JSON too; nothing is said to `record`. */
export type ControlAnswer = ControllerStatus | Run | string | null;

export type ToController =
  | { readonly type: "control"; readonly id: number; readonly request: ControlRequest }
  | { readonly type: "published"; readonly generation: number }
  | { readonly type: "wake"; readonly trigger: Trigger }
  | { readonly type: "run" }
  | { readonly type: "stop" }
  /** Nobody reads the state any more. */
  | { readonly type: "released" };

export type FromController =
  /** The state is open and the lock is held: it can be served. */
  | { readonly type: "started" }
  | { readonly type: "event"; readonly event: ControllerEvent }
  | { readonly type: "publish"; readonly generation: number }
  | { readonly type: "answer"; readonly id: number; readonly answer: ControlAnswer }
  | { readonly type: "refusal"; readonly id: number; readonly error: ErrorMessage }
  /** The loop is over, and the state is about to be closed. */
  | { readonly type: "closing" }
  | { readonly type: "failed"; readonly error: ErrorMessage };

/** Whatever was thrown, as a message; what is no error of ours keeps its text for the log. */
export function toMessage(thrown: unknown): ErrorMessage {
  if (thrown instanceof AppError) {
    const { code, message, hint, details } = thrown;
    const receipt = thrown instanceof RecordedRefusal ? { receipt: thrown.receipt } : {};
    return { code, message, hint, details, ...receipt };
  }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: "internal", message, hint: ERRORS.internal.hint, details: null };
}

export function fromMessage({ code, message, hint, details, receipt }: ErrorMessage): AppError {
  const error = new AppError(code, message, { hint, details });
  return receipt === undefined ? error : new RecordedRefusal(error, receipt);
}
