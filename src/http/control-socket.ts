/** Listens on a Unix domain socket that nobody but its owner can open, not even for a moment. */
import { once } from "node:events";
import { lstatSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.js";
import type { Listening } from "./server.js";
import { closing } from "./server.js";

/** The system takes about 104 bytes and would cut a longer path off. */
const MAX_PATH_BYTES = 100;
const OWNER_ONLY = 0o177;

/**
 * Must be called on the main thread. A socket at `path` that nobody answers on is replaced.
 * Throws AppError `address_in_use` when somebody answers, `listen_failed` for a path that cannot be used.
 */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<Listening> {
  try {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new AppError("listen_failed", `the path of the control socket is too long: ${path}`, {
        hint: `put the state where its path has at most ${MAX_PATH_BYTES - ".sock".length} bytes`,
      });
    }
    await removeStale(path);
    await app.ready();
    await bind(app, path);
  } catch (error) {
    await app.close();
    throw error;
  }
  return { address: path, close: closing(app) };
}

async function bind(app: FastifyInstance, path: string): Promise<void> {
  // The mask is the process's, so it stands for this one call, in which node binds before it returns.
  const mask = process.umask(OWNER_ONLY);
  try {
    app.server.listen(path);
  } finally {
    process.umask(mask);
  }
  try {
    await once(app.server, "listening");
  } catch (cause) {
    throw new AppError("listen_failed", `cannot listen on ${path}: ${codeOf(cause)}`, { cause });
  }
}

/** What a process that was killed left behind. Anything else than a socket is left alone, and listening fails. */
async function removeStale(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new AppError("listen_failed", `cannot listen on ${path}: it is not a socket`, {
      hint: "move the file away",
    });
  }
  const code = await connectionError(path);
  if (code === null)
    throw new AppError("address_in_use", `${path} is in use by another process`, {
      hint: "stop the other process, or give another --db FILE",
    });
  if (code === "ECONNREFUSED" || code === "ENOENT") rmSync(path, { force: true });
}

/** Null when somebody answers. */
async function connectionError(path: string): Promise<string | null> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return null;
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
