/** Whether a request that the old key signs would still be heard: by the state's rules, and by a service that is asked. */
import { callerKey } from "../admin/authorize.js";
import { AppError } from "../errors.js";
import type { IncidentCheck } from "../model/incident.js";
import type { PublicKey } from "../model/documents.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { signedBytes } from "../protocol/signed-request.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateReader } from "../state/reader.js";

const TIMEOUT_MS = 10_000;
/** It reads, and changes nothing. */
const PATH = "/attestations";

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
  key: { readonly keyId: string; readonly publicKey: PublicKey },
  now: Instant,
): IncidentCheck {
  const at = fromInstant(now);
  const about = {
    name: `a request signed with ${key.keyId} is refused by the state`,
    expected: "operator_key_refused",
    at,
  };
  try {
    callerKey(
      state,
      { ...key, nonce: "", requestedAt: at, signatureVersion: 2, remoteAddress: "" },
      now,
    );
    return { ...about, observed: "the key is still heard", passed: false };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...about, observed: error.code, passed: error.code === about.expected };
  }
}

/** Sends a signed request that only reads, and looks for 401. What cannot be reached proves nothing, and does not pass. */
export async function refusedByService(
  { url, keyId, key, audience }: Probe,
  now: Instant,
  random: (length: number) => Uint8Array,
): Promise<IncidentCheck> {
  const timestamp = fromInstant(now);
  const nonce = Buffer.from(random(16)).toString("hex");
  const bytes = signedBytes({
    method: "GET",
    path: PATH,
    query: {},
    audience,
    body: {},
    keyId,
    nonce,
    timestamp,
  });
  const headers = {
    "x-admin-key-id": keyId,
    "x-admin-timestamp": timestamp,
    "x-admin-nonce": nonce,
    "x-admin-signature": key.sign(bytes),
  };
  const about = {
    name: `a signed request to ${url} with ${keyId} is refused`,
    expected: "401",
    at: timestamp,
  };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(new URL(PATH, url), { headers, signal, redirect: "error" });
    await answer.body?.cancel();
    return { ...about, observed: String(answer.status), passed: answer.status === 401 };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = cause instanceof Error ? cause.message : "no answer";
    return { ...about, observed: `not asked: ${message}`, passed: false };
  }
}
