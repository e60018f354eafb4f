/** The HTTP application over a world's state, with the world's clock. Every answer is checked against the OpenAPI document. */
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { AppError } from "../../src/errors.js";
import { buildApp, type Serving } from "../../src/http/app.js";
import type { ServeContext } from "../../src/http/context.js";
import { openState } from "../../src/state/open.js";
import type { StateReader } from "../../src/state/reader.js";
import { disagreement } from "./described.js";
import type { World } from "./world.js";

export class Served {
  readonly app: FastifyInstance & Serving;
  readonly reader: StateReader;
  readonly #faults: string[] = [];
  readonly #own = new Set<string>();
  #made = 0;

  constructor(world: Pick<World, "db" | "now">, more: Partial<ServeContext> = {}) {
    this.reader = openState(world.db);
    this.app = buildApp({
      reader: this.reader,
      clock: () => world.now,
      requestIds: () => `made-${(this.#made += 1)}`,
      version: "0.0.0",
      ...more,
    });
    this.app.addHook("onSend", async (request, reply, payload) => {
      const header = (name: string): string | null => reply.getHeader(name)?.toString() ?? null;
      const found = disagreement({
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        type: header("content-type"),
        coding: header("content-encoding"),
        body: bytesOf(payload),
      });
      if (found !== null && !this.#own.has(request.routeOptions.url ?? ""))
        this.#faults.push(found);
    });
  }

  /** A route of the test's own, which no document describes. */
  undescribed(url: string): string {
    this.#own.add(url);
    return url;
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.app.inject({ url, headers });
  }

  /** Waits until the newest state is served, or known to be unusable: health and metrics do not wait for it. */
  async settle(): Promise<void> {
    await this.app.prepare().catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "service_not_ready")) throw error;
    });
  }

  /** The body of a 200. */
  async json<T = unknown>(url: string): Promise<T> {
    const response = await this.get(url);
    if (response.statusCode !== 200)
      throw new Error(`${url} answered ${response.statusCode}: ${response.body}`);
    return response.json<T>();
  }

  /** A metric without labels, or with the labels as they stand in the text. */
  async metric(name: string): Promise<number | null> {
    const { body } = await this.get("/metrics");
    const line = body.split("\n").find((text) => text.startsWith(`${name} `));
    return line === undefined ? null : Number(line.slice(name.length + 1));
  }

  async close(): Promise<void> {
    await this.app.close();
    this.reader.close();
    if (this.#faults.length > 0)
      throw new Error(`not as the OpenAPI document says:\n${this.#faults.join("\n")}`);
  }
}

function bytesOf(payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload;
  return Buffer.from(typeof payload === "string" ? payload : "");
}
