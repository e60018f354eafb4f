/** Listens on a Unix domain socket that nobody but its owner can open, not even for a moment. */
import { once } from "node:events";
import { lstatSync, renameSync, rmSync } from "node:fs";
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
  let inode: number;
  try {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new AppError("listen_failed", `the path of the control socket is too long: ${path}`, {
        hint: `give --control-socket PATH with at most ${MAX_PATH_BYTES} bytes, here and to the commands that speak to it`,
      });
    }
    await refuseTaken(path);
    await app.ready();
    inode = await bind(app, path);
  } catch (error) {
    await app.close();
    throw error;
  }
  const close = closing(app);
  return {
    address: path,
    close: async () => {
      // A process that took over has put its own there.
      if (lstatSync(path, { throwIfNoEntry: false })?.ino === inode) rmSync(path, { force: true });
      await close();
    },
  };
}

/**
 * Binds under another name, and gives the socket's inode. Closing removes the name that was bound (libuv), and by then what
 * stands at `path` may be somebody else's.
 */
async function bind(app: FastifyInstance, path: string): Promise<number> {
  const draft = `${path}~`;
  // The mask is the process's, so it stands for this one call, in which node binds before it returns.
  const mask = process.umask(OWNER_ONLY);
  try {
    rmSync(draft, { force: true });
    app.server.listen(draft);
  } finally {
    process.umask(mask);
  }
  try {
    await once(app.server, "listening");
    renameSync(draft, path);
    return lstatSync(path).ino;
  } catch (cause) {
    throw new AppError("listen_failed", `cannot listen on ${path}: ${codeOf(cause)}`, { cause });
  }
}

/** What a process that was killed left behind is replaced. Anything else than a socket is left alone, and listening fails. */
async function refuseTaken(path: string): Promise<void> {
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
  if (code !== "ECONNREFUSED" && code !== "ENOENT")
    throw new AppError("listen_failed", `cannot listen on ${path}: ${code}`);
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
