/** The id by which a client, the log and an error envelope name one request. */
import type { IncomingMessage } from "node:http";

/** Holds UUIDs, base64 and trace ids, and nothing that a log or a header could be broken with. */
const USABLE = /^[A-Za-z0-9._:@=+/-]{1,128}$/;

/** The id the client sent, if it is usable, else a new one. */
export function requestId(request: IncomingMessage, makeId: () => string): string {
  const sent = request.headers["x-request-id"];
  return typeof sent === "string" && USABLE.test(sent) ? sent : makeId();
}
