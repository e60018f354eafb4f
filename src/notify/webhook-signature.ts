/** Signatures of webhooks: Standard Webhooks (standardwebhooks.com, symmetric v1) and GitHub's `X-Hub-Signature-256`. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` as they came. */
export interface WebhookHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export type WebhookVerdict = "ok" | "malformed" | "too_old" | "too_new" | "bad_signature";

/** The specification's own tolerance. */
const TOLERANCE_SECONDS = 300;
const MAX_SIGNATURES = 16;

// The id ends at the first full stop of what is signed, so it can hold none; nor what JSON and forms begin with.
const ID = /^[\w:+/-]{1,256}$/;
const TIMESTAMP = /^(?:0|[1-9][0-9]{0,10})$/;
/** Base64 of the 32 bytes of an HMAC-SHA256, behind the scheme's name. Other schemes (`v1a`) are somebody else's. */
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;
const HUB_SIGNATURE = /^sha256=([0-9a-f]{64})$/;
/**
 * What Standard Webhooks sign. As the body of the other form it would be a request whose time nobody looks at, made from one
 * that was overheard. No body of a git host looks so: it begins with `{` or `payload=`.
 */
const STANDARD_CONTENT = /^[\w:+/-]{1,256}\.[0-9]{1,11}\./;
const STANDARD_PREFIX_BYTES = 256 + 1 + 11 + 1;

/** `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`. The timestamp is that of the attempt, in seconds. */
export function signWebhook(
  secret: Uint8Array,
  id: string,
  timestamp: number,
  body: Uint8Array | string,
): string {
  return `v1,${hmac(secret, `${id}.${timestamp}.`, body).toString("base64")}`;
}

/**
 * Whether one of the signatures in the header holds for the body and lies within the tolerance of `nowSeconds`.
 * The body is the raw bytes as they came. A caller that must not be woken twice also remembers the ids it has seen.
 */
export function verifyWebhook(
  secret: Uint8Array,
  { id, timestamp, signature }: WebhookHeaders,
  body: Uint8Array | string,
  nowSeconds: number,
  toleranceSeconds: number = TOLERANCE_SECONDS,
): WebhookVerdict {
  if (id === undefined || timestamp === undefined || signature === undefined) return "malformed";
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return "malformed";
  const parts = signature.split(" ");
  if (parts.length > MAX_SIGNATURES) return "malformed";
  const given = parts.flatMap((part) => SIGNATURE.exec(part)?.[1] ?? []);
  if (given.length === 0) return "malformed";
  const seconds = Number(timestamp);
  if (!(seconds >= nowSeconds - toleranceSeconds)) return "too_old";
  if (!(seconds <= nowSeconds + toleranceSeconds)) return "too_new";
  const expected = hmac(secret, `${id}.${timestamp}.`, body);
  const holds = given.map((text) => timingSafeEqual(Buffer.from(text, "base64"), expected));
  return holds.includes(true) ? "ok" : "bad_signature";
}

/** The signature of GitHub, Gitea and Forgejo: over the body alone, so it says nothing about when it was made. */
export function verifyHubSignature(
  secret: Uint8Array,
  header: string | undefined,
  body: Uint8Array | string,
): "ok" | "malformed" | "bad_signature" {
  const given = HUB_SIGNATURE.exec(header ?? "")?.[1];
  if (given === undefined || STANDARD_CONTENT.test(startOf(body))) return "malformed";
  return timingSafeEqual(Buffer.from(given, "hex"), hmac(secret, "", body))
    ? "ok"
    : "bad_signature";
}

function startOf(body: Uint8Array | string): string {
  if (typeof body === "string") return body;
  return Buffer.from(body.subarray(0, STANDARD_PREFIX_BYTES)).toString("latin1");
}

function hmac(secret: Uint8Array, prefix: string, body: Uint8Array | string): Buffer {
  return createHmac("sha256", secret).update(prefix).update(body).digest();
}
