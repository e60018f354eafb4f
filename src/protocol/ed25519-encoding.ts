/** The spellings of points and scalars that libsodium refuses (RFC 8032 5.1.3 and 5.1.7, and small order). */

/** Group order L, little-endian. */
const ORDER = Buffer.from(
  "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
  "hex",
);

/**
 * The y coordinates, little-endian, of the points whose order divides 8: 0, 1, -1 and the two of order 8. With both
 * signs they are all such points; their non-canonical spellings fail `isCanonicalPoint`.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/** Whether 32 bytes hold a y coordinate below p = 2^255 - 19. Whether it lies on the curve is another question. */
export function isCanonicalPoint(bytes: Uint8Array): boolean {
  const [lowest = 0] = bytes;
  return (
    lowest < 0xed ||
    ((bytes[31] ?? 0) & 0x7f) !== 0x7f ||
    !bytes.subarray(1, 31).every((byte) => byte === 0xff)
  );
}

/** Whether 32 bytes, canonical ones, spell a point of small order, under which one signature fits many messages. */
export function isSmallOrderPoint(bytes: Uint8Array): boolean {
  const y = Buffer.from(bytes);
  y.writeUInt8(y.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(y.toString("hex"));
}

/** Whether 32 bytes hold a scalar below L. S + L would be a second signature of the same message. */
export function isCanonicalScalar(bytes: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (bytes[i] ?? 0) - (ORDER[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
