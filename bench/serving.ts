/** Rows for HTTP: `/connectome.json` beside a bare fastify route that answers a buffer of the same size. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import fastify from "fastify";
import { buildApp } from "../src/http/app.js";
import { applyChange, planChange } from "../src/reconcile.js";
import { openState } from "../src/state/open.js";
import { keyOf, LIMITS, NOW, repository } from "./fixture.js";
import type { Row } from "./row.js";

/** Requests a second over keep-alive connections, from a thread of its own so that the server has the other core. */
async function load(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("load-worker.ts", import.meta.url), {
      workerData: { port, path, headers },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function served(
  count: number,
): Promise<{ readonly ours: number; readonly bare: number; close(): Promise<void> }> {
  const { dir, db } = repository(count);
  const change = await planChange({
    repo: dir,
    ref: null,
    db,
    limits: LIMITS,
    now: NOW,
    version: "bench",
  });
  const options = {
    key: keyOf("authority"),
    expect: null,
    now: NOW,
    random: randomBytes,
    holder: "bench",
  };
  await applyChange(change, options);
  const reader = openState(db);
  const app = buildApp({ reader, clock: () => NOW, requestIds: () => "bench", version: "bench" });
  await app.listen({ port: 0 });
  const body = (await app.inject("/connectome.json")).rawPayload;
  const bare = fastify();
  bare.get("/connectome.json", (_request, reply) => reply.type("application/json").send(body));
  await bare.listen({ port: 0 });
  return {
    ours: (app.server.address() as AddressInfo).port,
    bare: (bare.server.address() as AddressInfo).port,
    close: async () => {
      await app.close();
      await bare.close();
      reader.close();
    },
  };
}

function row(name: string, count: number, headers: Record<string, string>): Row {
  return {
    name,
    measure: async () => {
      const servers = await served(count);
      try {
        const floor = await load(servers.bare, "/connectome.json", {});
        const value = await load(servers.ours, "/connectome.json", headers);
        return { value, unit: "req/s", ratio: { of: "bare static buffer", value: value / floor } };
      } finally {
        await servers.close();
      }
    },
  };
}

export const serving: readonly Row[] = [
  row("/connectome.json, 1k treaties", 1_000, {}),
  row("/connectome.json, 10k treaties", 10_000, {}),
  row("/connectome.json, 10k treaties, brotli", 10_000, { "accept-encoding": "br" }),
];
