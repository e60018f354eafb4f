/** The target of a request as an operator signs it: the path decoded, and every value of the query. */
import type { Query } from "../../protocol/signed-request.js";

/** The path of a request target as the router reads it. Null: its escapes are no text. */
export function decodedPath(target: string): string | null {
  try {
    return decodeURIComponent(target.split(/[?#]/, 1)[0] ?? "");
  } catch {
    return null;
  }
}

/** The query of a request target: `+` is a space, as werkzeug and forms have it. */
export function decodedQuery(target: string): Query {
  const start = target.indexOf("?");
  // Without a prototype, so that `__proto__` is only a name.
  const query: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(target.slice(start + 1)))
    (query[name] ??= []).push(value);
  return query;
}
