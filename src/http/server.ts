/** Listens, and stops without cutting off an answer. */
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.js";

/** What is still unfinished after this is cut off. */
const GRACE_MS = 4_500;
const REAP_EVERY_MS = 50;

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Listening {
  /** The origin clients reach it at, e.g. `http://127.0.0.1:8443`. */
  readonly address: string;
  /** Stops accepting, lets answers in flight finish, closes idle connections; ends within five seconds. May be called twice. */
  close(): Promise<void>;
}

/** Throws AppError `address_in_use`, or `listen_failed` for another reason the system gives. */
export async function listen(
  app: FastifyInstance,
  { host, port }: ListenOptions,
): Promise<Listening> {
  let address: string;
  try {
    address = await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw listenError(cause, host, port);
  }
  return { address, close: closing(app) };
}

/** What stops the app, the first time that it is called. */
export function closing(app: FastifyInstance): () => Promise<void> {
  let closed: Promise<void> | null = null;
  return async () => (closed ??= close(app));
}

async function close(app: FastifyInstance): Promise<void> {
  // A connection that was busy when closing began turns idle later, and node looks for idle ones only once.
  const reaping = setInterval(() => app.server.closeIdleConnections(), REAP_EVERY_MS);
  const force = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(reaping);
    clearTimeout(force);
  }
}

function listenError(cause: unknown, host: string, port: number): unknown {
  if (!(cause instanceof Error) || !("syscall" in cause) || !("code" in cause)) return cause;
  if (cause.code === "EADDRINUSE")
    return new AppError("address_in_use", `${host}:${port} is in use by another process`, {
      cause,
    });
  return new AppError("listen_failed", `cannot listen on ${host}:${port}: ${String(cause.code)}`, {
    cause,
  });
}
