/** An admin request and its answer as the text in which they cross a thread. */
import { AppError } from "../errors.js";
import type { AdminReply, AdminRequest } from "../model/admin.js";
import type { Occurrence } from "../model/controller.js";
import type { JsonValue } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseJson } from "../protocol/json.js";
import type { ControlAnswer } from "./messages.js";

export function requestJson(request: AdminRequest | readonly Occurrence[]): string {
  return canonicalJson(request as unknown as JsonValue);
}

/** The text is ours: what `requestJson` wrote. */
export function adminRequest(json: string): AdminRequest {
  return parseJson(json) as unknown as AdminRequest;
}

export function occurrences(json: string): readonly Occurrence[] {
  return parseJson(json) as unknown as readonly Occurrence[];
}

export function answerJson({ status, body, receipt }: AdminReply): string {
  return canonicalJson({ status, body, receipt });
}

/** Throws AppError `internal` when the answer is to another question. */
export function adminAnswer(answer: ControlAnswer): AdminReply {
  if (typeof answer !== "string")
    throw new AppError("internal", "this is no answer to an admin request");
  return parseJson(answer) as unknown as AdminReply;
}
