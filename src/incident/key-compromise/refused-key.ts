/** Whether a request that the old key signs would still be heard: by the state's rules, and by a service that is asked. */
import { callerKey } from "../../admin/authorize.js";
import { AppError } from "../../errors.js";
import type { IncidentCheck } from "../../model/incident.js";
import type { PublicKey } from "../../model/documents.js";
import type { Instant, Timestamp } from "../../model/time.js";
import { fromInstant } from "../../protocol/instant.js";
import { isJsonObject, parseJson } from "../../protocol/json.js";
import { signedBytes } from "../../protocol/signed-request.js";
import type { PrivateKey } from "../../sign/private-key.js";
import type { StateReader } from "../../state/reader.js";

const TIMEOUT_MS = 10_000;
/** It reads, and changes nothing. */
const PATH = "/attestations";
const WHO = "/sovereign.json";
const MAX_BYTES = 1024 * 1024;
/** How the observation begins of a check that shows the key in use. */
export const HEARD = "heard";

export interface Probe {
  /** Where the service answers: `https://host[:port]`. */
  readonly url: string;
  readonly keyId: string;
  readonly key: PrivateKey;
  /** The public key of the authority that answers there. */
  readonly audience: string;
}

/** The same judgement that every request gets at its commit, for one that the key signs at this moment. */
export function refusedByState(
  state: StateReader,
  key: { readonly keyId: string; readonly publicKey: PublicKey | null },
  now: Instant,
): IncidentCheck {
  const at = fromInstant(now);
  const about = {
    name: `a request signed with ${key.keyId} is refused by the state`,
    expected: "operator_key_refused",
    at,
  };
  const { keyId, publicKey } = key;
  // No row, and so no request.
  if (publicKey === null) return { ...about, observed: about.expected, passed: true };
  try {
    callerKey(
      state,
      { keyId, publicKey, nonce: "", requestedAt: at, signatureVersion: 2, remoteAddress: "" },
      now,
    );
    return { ...about, observed: `${HEARD}: it may sign requests`, passed: false };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...about, observed: error.code, passed: error.code === about.expected };
  }
}

/**
 * Sends a signed request that only reads, and looks for 401. Another key, or another authority, answers so to everything: what
 * is not this key at this authority proves nothing, and does not pass.
 */
export async function refusedByService(
  { url, keyId, key, audience }: Probe,
  publicKey: PublicKey | null,
  now: Instant,
  random: (length: number) => Uint8Array,
): Promise<IncidentCheck> {
  const at = fromInstant(now);
  const name = `a signed request to ${url} with ${keyId} is refused`;
  const about = { name, expected: "401", at, passed: false };
  if (publicKey !== null && key.publicKey !== publicKey)
    return { ...about, observed: `not asked: the file holds another key than ${keyId}` };
  try {
    const answers = await authorityAt(url);
    if (answers !== audience)
      return { ...about, observed: "not asked: another authority answers there" };
    const headers = signedHeaders({ keyId, key, audience }, at, random);
    const { status, body } = await ask(new URL(PATH, url), headers);
    await body?.cancel();
    // 403 is said to a key that was recognised.
    const isHeard = status < 300 || status === 403;
    return {
      ...about,
      observed: `${isHeard ? `${HEARD}: ` : ""}${status}`,
      passed: status === 401,
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = cause instanceof Error ? cause.message : "no answer";
    return { ...about, observed: `not asked: ${message}` };
  }
}

function signedHeaders(
  { keyId, key, audience }: Omit<Probe, "url">,
  timestamp: Timestamp,
  random: (length: number) => Uint8Array,
): Record<string, string> {
  const nonce = Buffer.from(random(16)).toString("hex");
  const request = { method: "GET", path: PATH, query: {}, audience, body: {}, keyId };
  return {
    "x-admin-key-id": keyId,
    "x-admin-timestamp": timestamp,
    "x-admin-nonce": nonce,
    "x-admin-signature": key.sign(signedBytes({ ...request, nonce, timestamp })),
  };
}

/** The public key of the authority that a service says it is; null: it says none. */
async function authorityAt(url: string): Promise<string | null> {
  const { body } = await ask(new URL(WHO, url), {});
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_BYTES) return null;
    parts.push(part);
  }
  const value = parseJson(Buffer.concat(parts));
  const authority = isJsonObject(value) ? (value["network_authority"] ?? null) : null;
  const key = isJsonObject(authority) ? authority["public_key"] : null;
  return typeof key === "string" ? key : null;
}

async function ask(url: URL, headers: Record<string, string>): Promise<Response> {
  return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
}
