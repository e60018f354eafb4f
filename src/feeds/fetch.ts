/** One request for a feed: bounded in time and bytes, to a judged address, and never anywhere else (docs/threats.md F12, F13). */
import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { AddressRules } from "./address.js";
import { refusalOf } from "./answer.js";
import { destinationOf, type Destination, type Resolve } from "./destination.js";

export interface FetchOptions {
  readonly rules: AddressRules;
  readonly resolve: Resolve;
  /** Whom TLS trusts. */
  readonly trust: SecureContext;
  readonly maxBytes: number;
  /** From the start to the last byte. */
  readonly totalMs: number;
  /** Without a byte. */
  readonly idleMs: number;
}

/** RFC 9110 8.8.3, and no longer than anybody needs. */
const ETAG = /^(W\/)?"[\x21\x23-\x7e]{0,200}"$/;

/** No fault of a network or a server is an exception. */
export type Fetched =
  | { readonly kind: "body"; readonly bytes: Uint8Array; readonly etag: string | null }
  | { readonly kind: "not_modified" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "aborted" };

/** Trusts what the runtime trusts, and the authorities of `pem` beside it. Throws when it does not begin with a certificate. */
export function trustOf(pem: string | null): SecureContext {
  // OpenSSL takes text without a certificate for an empty list.
  if (pem !== null) new X509Certificate(pem);
  return createSecureContext({
    minVersion: "TLSv1.2",
    ...(pem === null ? {} : { ca: [...getCACertificates("default"), pem] }),
  });
}

/** Fetches the URL once. `etag` asks for an answer only when there is another than that one. */
export async function fetchFeed(
  url: string,
  etag: string | null,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const total = new AbortController();
  const timer = setTimeout(() => total.abort(), options.totalMs);
  const ended = new Promise<Fetched>((resolve) => {
    const tell = (): void =>
      resolve(signal.aborted ? { kind: "aborted" } : failed(`no answer in ${options.totalMs} ms`));
    AbortSignal.any([signal, total.signal]).addEventListener("abort", tell, { once: true });
    if (signal.aborted) tell();
  });
  try {
    // Whichever comes first: a look-up of a name cannot be aborted, only left alone.
    return await Promise.race([ended, attempt(url, etag, options, total.signal)]);
  } finally {
    clearTimeout(timer);
    // Nothing of the request outlives its answer.
    total.abort();
  }
}

async function attempt(
  url: string,
  etag: string | null,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const destination = await destinationOf(url, options.rules, options.resolve);
  if ("refusal" in destination) return failed(destination.refusal);
  if (signal.aborted) return { kind: "aborted" };
  return exchange(destination, etag, options, signal);
}

async function exchange(
  { url, addresses }: Destination,
  etag: string | null,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const isTls = url.protocol === "https:";
  // An agent of its own: nothing is shared, kept alive, or sent through a proxy that the environment names.
  const agent = isTls
    ? // Said aloud, because the environment can turn the check off.
      new HttpsAgent({ secureContext: options.trust, rejectUnauthorized: true })
    : new HttpAgent();
  const given: RequestOptions = {
    agent,
    method: "GET",
    signal,
    timeout: options.idleMs,
    lookup: only(addresses),
    headers: {
      Accept: "application/json",
      "Accept-Encoding": "identity",
      Connection: "close",
      "User-Agent": "concordat",
      ...(etag === null ? {} : { "If-None-Match": etag }),
    },
  };
  const { promise, resolve } = Promise.withResolvers<Fetched>();
  const request = isTls ? httpsRequest(url, given) : httpRequest(url, given);
  request.on("response", (response) => {
    void readAnswer(response, etag, options.maxBytes).then(resolve);
  });
  request.on("timeout", () => {
    resolve(failed(`no byte in ${options.idleMs} ms`));
    request.destroy();
  });
  request.on("error", (error) => resolve(failed(reasonOf(error))));
  request.end();
  return promise;
}

async function readAnswer(
  response: IncomingMessage,
  etag: string | null,
  maxBytes: number,
): Promise<Fetched> {
  const refusal = refusalOf(response, maxBytes);
  if (refusal !== null) return failed(refusal);
  if (response.statusCode === 304)
    return etag === null ? failed("a 304 that was not asked for") : { kind: "not_modified" };
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) return failed(`the answer is longer than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    return failed(reasonOf(error));
  }
  const { etag: found } = response.headers;
  return {
    kind: "body",
    bytes: Buffer.concat(chunks),
    etag: found !== undefined && ETAG.test(found) ? found : null,
  };
}

/** A look-up that knows the judged addresses and asks nobody: a name that changes its address in between gains nothing. */
function only(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, { all }, callback) => {
    const [first] = known;
    if (all === true || first === undefined) callback(null, known);
    else callback(null, first.address, first.family);
  };
}

function failed(message: string): Fetched {
  return { kind: "failed", message };
}

/** The code of a network error where there is one: its text can hold more than a message should. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return `the request failed${typeof code === "string" ? ` (${code})` : ""}`;
}
