/** A real server that takes notifications, and a clock and sleep that a test owns. */
import { createServer } from "node:http";
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from "node:http";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";
import type { Instant } from "../../../src/model/time.js";
import { Notifier } from "../../../src/notify/notifier.js";
import type { NotifierPorts } from "../../../src/notify/notifier.js";
import type { Sink } from "../../../src/notify/sinks.js";
import { parseTimestamp, plusSeconds, toInstant } from "../../../src/protocol/instant.js";

export const SECRET = Buffer.from("0123456789abcdef");
export const START = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string | undefined;
}

export type Answer = (response: ServerResponse, count: number) => void;

export const status =
  (...codes: readonly number[]): Answer =>
  (response, count) => {
    response.writeHead(codes[Math.min(count, codes.length) - 1] ?? 200).end("ok");
  };

/** Answers each request as told, and keeps what came. */
export async function receiver(
  answer: Answer = status(200),
  create: (listener: RequestListener) => Server = createServer,
): Promise<{ readonly port: number; readonly received: Received[] }> {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks = await request.toArray();
    const body = Buffer.concat(chunks as Buffer[]).toString();
    received.push({ headers: request.headers, body, path: request.url });
    answer(response, received.length);
  };
  const connections = new Set<{ destroy(): void }>();
  const server = create((request, response) => {
    take(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on("connection", (socket) => connections.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}

export interface Body {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function bodyOf(received: Received | undefined): Body {
  return JSON.parse(received?.body ?? "{}") as Body;
}

export function headersOf(received: Received | undefined): {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
} {
  const named = (name: string): string => String(received?.headers[name]);
  return {
    id: named("webhook-id"),
    timestamp: named("webhook-timestamp"),
    signature: named("webhook-signature"),
  };
}

export function webhook(port: number, name = "hook"): Sink {
  return { kind: "webhook", name, url: `http://127.0.0.1:${port}/hook`, secret: SECRET };
}

export function slack(port: number): Sink {
  return { kind: "slack", name: "slack", url: `http://127.0.0.1:${port}/services/T0/B0/hidden` };
}

export interface Telling {
  readonly notifier: Notifier;
  readonly results: string[];
  readonly pauses: number[];
  readonly pass: (seconds: number) => void;
}

/** A notifier that never waits: its pauses are written down. */
export function telling(
  sinks: readonly Sink[],
  ports: Partial<Omit<NotifierPorts, "transport">> & Partial<NotifierPorts["transport"]> = {},
): Telling {
  const results: string[] = [];
  const pauses: number[] = [];
  let now: Instant = START;
  let bytes = 0;
  const { timeoutMs = 5_000, ca = null, sleep, ...rest } = ports;
  const notifier = new Notifier({
    sinks,
    source: "https://example.org/trust.git",
    clock: () => now,
    random: (length) => new Uint8Array(length).fill((bytes += 1)),
    onResult: (sink, result, detail) =>
      results.push([sink, result, ...(detail === null ? [] : [detail])].join(" ")),
    transport: {
      timeoutMs,
      ca,
      sleep:
        sleep ??
        (async (ms) => {
          pauses.push(ms);
          await Promise.resolve();
        }),
    },
    ...rest,
  });
  onTestFinished(() => notifier.close());
  const pass = (seconds: number): void => {
    now = plusSeconds(now, seconds);
  };
  return { notifier, results, pauses, pass };
}
