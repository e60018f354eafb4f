/** One file on a disk that forgets: what is on it for good, and what was written since it was synced. */
import type { Dice } from "./dice.js";

/** Written whole or not at all, as disks promise. */
const SECTOR = 512;

/** What is left of that which was not synced: nothing, a random part of it, or all. */
export type Survival = "synced" | "some" | "all";

type Write = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

export class DiskFile {
  durable: Buffer;
  pending: Write[] = [];

  constructor(durable: Buffer) {
    this.durable = durable;
  }

  get now(): Buffer {
    return applyTo(this.durable, this.pending);
  }

  sync(): void {
    this.durable = this.now;
    this.pending = [];
  }

  after(survival: Survival, dice: Dice): Buffer {
    if (survival === "synced") return this.durable;
    if (survival === "all") return this.now;
    return applyTo(
      this.durable,
      this.pending.flatMap((write): Write[] => {
        if (!("bytes" in write)) return dice.coin() ? [write] : [];
        return sectorsOf(write).filter(() => dice.coin());
      }),
    );
  }
}

function sectorsOf({ at, bytes }: { readonly at: number; readonly bytes: Buffer }): Write[] {
  const sectors: Write[] = [];
  for (let from = at; from < at + bytes.length;) {
    const to = Math.min(at + bytes.length, (Math.floor(from / SECTOR) + 1) * SECTOR);
    sectors.push({ at: from, bytes: bytes.subarray(from - at, to - at) });
    from = to;
  }
  return sectors;
}

function applyTo(content: Buffer, writes: readonly Write[]): Buffer {
  if (writes.length === 0) return content;
  const ends = writes.map((write) =>
    "bytes" in write ? write.at + write.bytes.length : write.size,
  );
  const room = Buffer.alloc(Math.max(content.length, ...ends));
  content.copy(room);
  let { length } = content;
  for (const write of writes) {
    if ("bytes" in write) {
      write.bytes.copy(room, write.at);
      length = Math.max(length, write.at + write.bytes.length);
    } else {
      if (write.size < length) room.fill(0, write.size, length);
      length = write.size;
    }
  }
  return room.subarray(0, length);
}
