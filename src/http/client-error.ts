/** Answers bytes that are not an HTTP request: fastify never sees these. */
import type { Socket } from "node:net";
import { STATUS_CODES } from "node:http";
import { commonHeaders } from "./headers.js";
import { errorEnvelope, refusal } from "./error-reply.js";

const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Writes the error envelope, if there is still someone to read it, and ends the connection. */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  requestId: string,
): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (socket.writable) {
    const status = STATUS_OF[error.code ?? ""] ?? 400;
    const body = errorEnvelope(refusal(status), requestId);
    const headers = {
      ...commonHeaders(requestId, "no-store"),
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      connection: "close",
    };
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join("")}\r\n${body}`);
  }
  socket.destroy(error);
}
