/** Caps on open connections. */
import type { Server } from "node:http";
import { addressKey } from "./client-address.js";
import type { HttpLimits } from "./limits.js";

/** Beyond a cap a connection is closed as it comes. `isProxied`: all addresses are a proxy's, so only the total counts. */
export function limitConnections(
  server: Server,
  { connections, connectionsPerAddress }: HttpLimits,
  isProxied: boolean,
): void {
  server.maxConnections = connections;
  if (isProxied) return;
  const open = new Map<string, number>();
  server.on("connection", (socket) => {
    const address = addressKey(socket.remoteAddress ?? "");
    const count = (open.get(address) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
