/** The header fields that every answer carries. */

/** A JSON API loads nothing, is framed by nobody and is read by no other origin: no CORS field is ever sent. */
const SECURITY = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  vary: "Accept-Encoding",
};

/** The proof that what was asked, and what became of it, is in the audit log. */
export function receiptHeader(receipt: string | null): Record<string, string> {
  return receipt === null ? {} : { "concordat-receipt": receipt };
}

export function commonHeaders(
  requestId: string,
  cacheControl: "no-cache" | "no-store",
): Record<string, string> {
  return { ...SECURITY, "cache-control": cacheControl, "x-request-id": requestId };
}
