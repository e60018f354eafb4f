/** Decides whether an operator has signed a request, and says no more about a refusal than it must. */
import type { FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { AdminCaller } from "../../model/admin.js";
import type { JsonObject } from "../../model/json.js";
import type { Instant, Timestamp } from "../../model/time.js";
import { verifySignature } from "../../protocol/ed25519.js";
import { plusSeconds, toInstant } from "../../protocol/instant.js";
import {
  legacySignedBytes,
  signedBytes,
  type SignedRequest,
} from "../../protocol/signed-request.js";
import { ADMIN_CLOCK_SKEW_SECONDS } from "../../state/operations/nonces.js";
import { clientKey } from "../client-address.js";
import type { ServedState } from "../context.js";
import { notReady } from "../read-model.js";
import { claimedKeyId, readCredentials, requestTime, type Malformed } from "./credentials.js";
import type { FailureAudit } from "./failure-audit.js";
import type { FailureThrottle, Scope } from "./failure-throttle.js";
import { KeyRing, type Unusable } from "./key-ring.js";
import { decodedPath, decodedQuery } from "./signed-target.js";

export type Reason =
  | Malformed
  | Unusable
  | "invalid_timestamp"
  | "stale_timestamp"
  | "nonce_replay"
  | "invalid_signature";

/** In the words of the reference. A key that cannot be used is told apart from one that never was by nobody but the audit. */
const MESSAGES: Readonly<Record<Reason, string>> = {
  repeated_headers: "Invalid admin authentication headers",
  oversized_headers: "Invalid admin authentication headers",
  missing_headers: "Missing admin authentication headers",
  unknown_key: "Unknown admin key",
  revoked_key: "Unknown admin key",
  retired_key: "Unknown admin key",
  key_not_valid: "Unknown admin key",
  invalid_timestamp: "Invalid admin timestamp",
  stale_timestamp: "Admin request timestamp too old",
  nonce_replay: "Admin nonce already used",
  invalid_signature: "Invalid admin signature",
};

/** Of an address that a proxy named: whatever stood in the field. */
const MAX_ADDRESS_CHARACTERS = 64;

export interface AuthenticatorOptions {
  readonly read: <T>(read: (state: ServedState) => T) => T;
  readonly clock: () => Instant;
  readonly legacySignatures: "refuse" | "accept";
  readonly throttle: FailureThrottle;
  readonly audit: FailureAudit;
}

export interface Authentic {
  readonly caller: AdminCaller;
  readonly body: JsonObject;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #ring = new KeyRing();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * Who has signed the request, and its body, which is read once all else holds: reading and writing a large one costs more
   * than the signature. Throws as `readBody`, and AppError `admin_auth_failed`; in its place `admin_auth_throttled` while the
   * scope has failed too often; `service_not_ready`.
   */
  authenticate(request: FastifyRequest, readBody: () => JsonObject): Authentic {
    const { read, clock, legacySignatures } = this.#options;
    const now = clock();
    const given = readCredentials(request);
    if (typeof given === "string") throw this.#refusal(request, given, null);
    const { keyId, nonce, timestamp, signature } = given;
    const keys = read((state) => this.#ring.read(state));
    const key = keys.usable(keyId, now);
    if (key === null) throw this.#refusal(request, keys.reason(keyId), null);
    const refuse = (reason: Reason): AppError => this.#refusal(request, reason, keyId);
    if (keys.audience === null) throw notReady(["no_authority"]);
    const requestedAt = requestTime(timestamp);
    if (requestedAt === null) throw refuse("invalid_timestamp");
    if (!isTimely(requestedAt, now)) throw refuse("stale_timestamp");
    if (read((state) => state.hasNonce(keyId, nonce))) throw refuse("nonce_replay");
    const path = decodedPath(request.url);
    if (path === null) throw refuse("invalid_signature");
    const body = readBody();
    const signed: SignedRequest = {
      method: request.method,
      path,
      query: decodedQuery(request.url),
      audience: keys.audience,
      body,
      keyId,
      nonce,
      timestamp,
    };
    const holds = (bytes: (signed: SignedRequest) => Uint8Array): boolean =>
      verifySignature(bytes(signed), signature, key.publicKey);
    const { publicKey } = key;
    const caller = {
      keyId,
      publicKey,
      nonce,
      requestedAt,
      remoteAddress: remoteAddressOf(request),
    };
    if (holds(signedBytes)) return { caller: { ...caller, signatureVersion: 2 }, body };
    if (legacySignatures === "accept" && holds(legacySignedBytes))
      return { caller: { ...caller, signatureVersion: 1 }, body };
    throw refuse("invalid_signature");
  }

  /**
   * What a caller whose signature held is told once the controller has refused the key, the nonce or the time: between both
   * checks the state or the clock went on.
   */
  refusedLater(request: FastifyRequest, { keyId }: AdminCaller, code: AppError["code"]): AppError {
    switch (code) {
      case "nonce_replayed":
        return this.#refusal(request, "nonce_replay", keyId);
      case "admin_request_stale":
        return this.#refusal(request, "stale_timestamp", keyId);
      default: {
        const keys = this.#options.read((state) => this.#ring.read(state));
        return this.#refusal(request, keys.reason(keyId), null);
      }
    }
  }

  /** An authentic request for more than its key may do. It counts, and is never throttled itself. */
  countOverreach(request: FastifyRequest, { keyId }: AdminCaller): void {
    const { throttle, clock } = this.#options;
    throttle.add({ address: clientKey(request), keyId }, clock());
  }

  #refusal(request: FastifyRequest, reason: Reason, keyId: string | null): AppError {
    const { throttle, audit, clock } = this.#options;
    const now = clock();
    const scope: Scope = { address: clientKey(request), keyId };
    const claimed = claimedKeyId(request);
    const throttled = throttle.reached(scope, now);
    const about = { key_id: claimed, remote_addr: remoteAddressOf(request) };
    if (throttled !== null) {
      audit.add(
        {
          type: "admin_auth_throttled",
          reason: "too_many_failed_admin_requests",
          scope: `${scope.address} ${throttled === "key" ? (keyId ?? "") : ""}`,
          details: { ...about, scope: throttled },
        },
        now,
      );
      const whose = throttled === "key" ? " for this key" : "";
      const message = `Too many failed admin requests${whose} from this address.`;
      return new AppError("admin_auth_throttled", message);
    }
    throttle.add(scope, now);
    const scopeName = `${scope.address} ${keyId ?? ""}`;
    audit.add({ type: "admin_auth_failed", reason, scope: scopeName, details: about }, now);
    return new AppError("admin_auth_failed", MESSAGES[reason]);
  }
}

function isTimely(requestedAt: Timestamp, now: Instant): boolean {
  const at = toInstant(requestedAt);
  return (
    at >= plusSeconds(now, -ADMIN_CLOCK_SKEW_SECONDS) &&
    at <= plusSeconds(now, ADMIN_CLOCK_SKEW_SECONDS)
  );
}

function remoteAddressOf(request: FastifyRequest): string {
  return request.ip.slice(0, MAX_ADDRESS_CHARACTERS);
}
