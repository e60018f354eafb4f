/** An https server that answers as a partner's does, or as the test tells it to. */
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { AddressRules } from "../../src/feeds/address.js";
import { fetchFeed, trustOf, type Fetched, type FetchOptions } from "../../src/feeds/fetch.js";
import { selfSigned, type SelfSigned } from "./tls.js";

export class FeedServer {
  readonly #server: Server;
  readonly caFile: string;
  readonly requests: IncomingMessage[] = [];
  /** Connections that were made, whether or not a request followed. */
  connections = 0;
  #answer: RequestListener = (_request, response) => response.writeHead(404).end();

  private constructor(server: Server, { caFile }: SelfSigned) {
    this.#server = server;
    this.caFile = caFile;
    server.on("connection", () => (this.connections += 1));
    server.on("request", (request: IncomingMessage, response) => {
      this.requests.push(request);
      this.#answer(request, response);
    });
  }

  /** Serves until the test ends. */
  static async start(protocol: "https" | "http" = "https"): Promise<FeedServer> {
    const tls = selfSigned();
    const server = protocol === "https" ? createServer(tls) : createHttpServer();
    const self = new FeedServer(server, tls);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
    return self;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(host = "127.0.0.1", protocol = "https"): string {
    return `${protocol}://${host}:${this.port}/feed.json`;
  }

  /** From the next request on. */
  answer(listener: RequestListener): void {
    this.#answer = listener;
  }

  /** Answers with this text as JSON. With an ETag, a request that names it gets a 304. */
  json(text: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): void {
    this.answer((request, response) => {
      if (headers["ETag"] !== undefined && request.headers["if-none-match"] === headers["ETag"]) {
        response.writeHead(304, headers).end();
        return;
      }
      response.writeHead(200, { "Content-Type": "application/json", ...headers }).end(text);
    });
  }
}

/** Never aborted. */
export const NEVER = new AbortController().signal;

/** Lets a fetch reach the server under any name, and read a thousand bytes of it. */
export function optionsFor(server: FeedServer, more: Partial<FetchOptions> = {}): FetchOptions {
  return {
    rules: new AddressRules(["127.0.0.0/8"]),
    resolve: async () => ["127.0.0.1"],
    trust: trustOf(readFileSync(server.caFile, "utf8")),
    maxBytes: 1000,
    totalMs: 20_000,
    idleMs: 20_000,
    ...more,
  };
}

export async function get(
  server: FeedServer,
  more: Partial<FetchOptions> = {},
  url = server.url(),
): Promise<Fetched> {
  return fetchFeed(url, null, optionsFor(server, more), NEVER);
}

export function textOf(answer: Fetched): string {
  return answer.kind === "body" ? Buffer.from(answer.bytes).toString() : `(${answer.kind})`;
}

/** A failure whose message holds `what`. */
export function failure(what: string): Fetched {
  return { kind: "failed", message: expect.stringContaining(what) };
}
