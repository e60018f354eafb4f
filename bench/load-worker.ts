/** The thread that asks: keeps the load off the server's core. */
import { parentPort, workerData } from "node:worker_threads";
import { drive } from "./load.js";

const { port, path, headers } = workerData as {
  port: number;
  path: string;
  headers: Record<string, string>;
};
parentPort?.postMessage(await drive(port, path, headers));
