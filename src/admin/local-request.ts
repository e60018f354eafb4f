/** A request of an operator at the host as the text in which it crosses a socket and a thread. */
import type { LocalAction, LocalAnswer, LocalRequest } from "../model/admin.js";
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { isJsonArray, isJsonObject, parseJson } from "../protocol/json.js";

const MAX_NAME_LENGTH = 256;
const MAX_ID_LENGTH = 256;

/** Canonical JSON: what is signed in a feed keeps its floats and its large integers. */
export function localRequestJson(request: LocalRequest): string {
  return canonicalJson(request as unknown as JsonValue);
}

export function localAnswerJson({ body, events }: LocalAnswer): string {
  return canonicalJson({ body, events });
}

/** Throws AppError `internal` when the answer is to another question. */
export function parseLocalAnswer(answer: unknown): LocalAnswer {
  const value = typeof answer === "string" ? parseJson(answer) : null;
  if (isJsonObject(value)) {
    const { body = null, events } = value;
    if (isJsonArray(events) && events.every((event) => typeof event === "string"))
      return { body, events };
  }
  throw new AppError("internal", "this is no answer to an operator at the host");
}

/** Throws AppError `bad_request`, and the codes of `parseJson`. */
export function parseLocalRequest(json: string | Uint8Array): LocalRequest {
  const value = parseJson(json);
  if (!isJsonObject(value)) throw fault("a request is an object");
  const { action } = value;
  if (!isJsonObject(action ?? null)) throw fault("action must be an object");
  return { by: text(value, "by", MAX_NAME_LENGTH), action: readAction(action as JsonObject) };
}

function readAction(action: JsonObject): LocalAction {
  const id = (name: string): string => text(action, name, MAX_ID_LENGTH);
  // Its form is judged where it is done.
  const reason = (): string => text(action, "reason", Number.POSITIVE_INFINITY);
  switch (action["action"]) {
    case "revoke_treaty":
      return { action: "revoke_treaty", treatyId: id("treatyId"), reason: reason() };
    case "revoke_attestation":
      return { action: "revoke_attestation", attestationId: id("attestationId"), reason: reason() };
    case "revoke_operator_key":
      return { action: "revoke_operator_key", keyId: id("keyId"), reason: reason() };
    case "suspend_feed":
      return { action: "suspend_feed", issuer: id("issuer"), reason: reason() };
    case "import_feed":
      return {
        action: "import_feed",
        feed: action["feed"] ?? null,
        issuerPublicKeys: texts(action["issuerPublicKeys"] ?? null),
        expectedIssuer: (action["expectedIssuer"] ?? null) === null ? null : id("expectedIssuer"),
      };
    default:
      throw fault("nobody at the host can ask for this action");
  }
}

function text(object: JsonObject, name: string, length: number): string {
  const value = object[name];
  if (typeof value === "string" && value !== "" && value.length <= length) return value;
  throw fault(`${name} must be a text`);
}

function texts(value: JsonValue): readonly string[] | null {
  if (value === null) return null;
  if (isJsonArray(value) && value.every((item) => typeof item === "string")) return value;
  throw fault("issuerPublicKeys must be a list of texts");
}

function fault(message: string): AppError {
  return new AppError("bad_request", message);
}
