/** A request target in absolute form, as proxies are sent, is one in origin form and the Host it names (RFC 9112 3.2.2). */
import type { IncomingMessage } from "node:http";

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/** fastify's `rewriteUrl`: the target in origin form. The Host of a target in absolute form takes the field's place. */
export function originForm({ url = "/", headers }: IncomingMessage): string {
  if (url.startsWith("/")) return url;
  const [, host, rest] = ABSOLUTE.exec(url) ?? [];
  if (host === undefined || rest === undefined) return url;
  headers.host = host;
  return rest.startsWith("/") ? rest : `/${rest}`;
}
