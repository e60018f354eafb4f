/** Standard base64, read strictly: one spelling for one sequence of bytes. */

/** The bytes, or null unless `text` is the one standard base64 (RFC 4648 4, padded) of exactly `length` bytes. */
export function decodeBase64(text: string, length: number): Uint8Array | null {
  if (text.length !== Math.ceil(length / 3) * 4) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === length && bytes.toString("base64") === text ? bytes : null;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
