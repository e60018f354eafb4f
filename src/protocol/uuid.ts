/** UUIDs of RFC 9562: named ones (version 5) for trust objects, random ones (version 4) for events. */
import { createHash } from "node:crypto";
import { AppError } from "../errors.js";

/** Namespace of every id that Concordat derives from a desired object (design.md 3). It must never change. */
export const CONCORDAT_NAMESPACE = "4c8a2c0e-6d0b-4f57-9b1e-2f6f3f1d7a90";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The UUID that `name` always has in `namespace` (RFC 9562 5.5). Throws AppError `internal` when that is no UUID. */
export function uuid5(namespace: string, name: string): string {
  if (!UUID.test(namespace))
    throw new AppError("internal", `${JSON.stringify(namespace)} is not a UUID`);
  const sha1 = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name, "utf8")
    .digest();
  return format(sha1, 0x50);
}

/** A random UUID of 16 given random bytes (RFC 9562 5.4). Throws AppError `internal` for another number of bytes. */
export function uuid4(random: Uint8Array): string {
  if (random.length !== 16) throw new AppError("internal", "a random UUID takes 16 bytes");
  return format(Buffer.from(random), 0x40);
}

function format(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | version, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
