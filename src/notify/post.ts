/** One POST over http or https, with nothing followed and nearly nothing read. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

const MAX_ANSWER_BYTES = 65_536;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** PEM of the certificates to trust; null: the runtime's own. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
}

/** The status of the answer. Rejects when there is none in time; an answer's body says nothing that is needed. */
export async function post(message: Post): Promise<number> {
  const { url, headers, body, ca } = message;
  const signal = AbortSignal.any([message.signal, AbortSignal.timeout(message.timeoutMs)]);
  const request = new URL(url).protocol === "http:" ? requestHttp : requestHttps;
  const options = {
    method: "POST",
    headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
    signal,
    agent: false,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: the address may be a secret.
    rejectUnauthorized: true,
    ...(ca === null ? {} : { ca }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let status: number | null = null;
  const sent = request(url, options, (answer) => {
    status = answer.statusCode ?? 0;
    let read = 0;
    answer.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (read > MAX_ANSWER_BYTES) answer.destroy();
    });
    answer.on("error", () => {});
    answer.on("close", () => resolve(status ?? 0));
  });
  // An answer that breaks off after its status has still said it.
  sent.on("error", (error) => (status === null ? reject(error) : resolve(status)));
  sent.end(body);
  return await promise;
}

/** A word for why there was no answer. Messages of errors hold addresses, which may be secrets; their codes do not. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  if (error.name === "TimeoutError" || causeName(error) === "TimeoutError") return "timeout";
  return "code" in error && typeof error.code === "string" ? error.code : "error";
}

function causeName(error: Error): string | null {
  return error.cause instanceof Error ? error.cause.name : null;
}
