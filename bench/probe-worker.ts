/** The thread that asks at a modest rate, and notes how long each answer took. */
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const EVERY_MS = 5;

const { port, paths } = workerData as { port: number; paths: readonly string[] };
const agent = new Agent({ keepAlive: true });
const taken: Record<string, number[]> = {};
const over = new AbortController();
parentPort?.once("message", () => over.abort());

async function ask(path: string): Promise<void> {
  const start = performance.now();
  const call = request({ port, path, agent }).end();
  const [response] = (await once(call, "response")) as [IncomingMessage];
  await once(response.resume(), "end");
  (taken[path] ??= []).push(performance.now() - start);
}

await Promise.all(
  paths.map(async (path) => {
    for (; !over.signal.aborted; await pause(EVERY_MS)) await ask(path);
  }),
);
agent.destroy();
parentPort?.postMessage(taken);
