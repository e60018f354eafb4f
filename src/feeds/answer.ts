/** What the head of an answer must say before its body is read. */
import type { IncomingMessage } from "node:http";

/** Parameters such as a charset may follow; JSON is UTF-8 whatever they say. */
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Why the answer is of no use; null when its body may be read, or when it is a 304. */
export function refusalOf(response: IncomingMessage, maxBytes: number): string | null {
  const { statusCode = 0, headers } = response;
  if (statusCode === 304) return null;
  // Also the target of a redirect that is public now can be private when it is followed.
  if (statusCode >= 300 && statusCode < 400) return `redirects are not followed (${statusCode})`;
  if (statusCode !== 200) return `the answer has status ${statusCode}`;
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) return "the answer is not application/json";
  const encodings = [headers["content-encoding"], transferCoding(headers["transfer-encoding"])];
  if (encodings.some((name) => name !== undefined && name.toLowerCase() !== "identity"))
    return "the answer is compressed";
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > maxBytes)
    return `the answer is longer than ${maxBytes} bytes`;
  return null;
}

/** Chunks are taken apart by the HTTP parser, and so are no encoding. */
function transferCoding(header: string | undefined): string | undefined {
  return header?.toLowerCase() === "chunked" ? undefined : header;
}
