/** States whose log is signed, and what a test asks of it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AuditEvent } from "../../src/model/audit.js";
import type { JsonObject } from "../../src/model/json.js";
import type { LogOptions, LogSigner } from "../../src/model/log.js";
import type { Operation } from "../../src/model/state.js";
import { vkeyOf } from "../../src/protocol/log/vkey.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { POLICY } from "./desired.js";
import { keyOf } from "./keys.js";
import { AT_OFFSET } from "./state.js";

export const ORIGIN = "HOME/audit";
export const VKEY = vkeyOf(ORIGIN, keyOf("home").publicKey);

/** Salts that a test can make again. */
export function countedRandom(): (size: number) => Uint8Array {
  let count = 0;
  return (size) => createHash("sha512").update(`salt ${count++}`).digest().subarray(0, size);
}

export function logOptions(path: string, signer: LogSigner | null = keyOf("home")): LogOptions {
  return { signer: () => signer, escrow: `${path}.escrow`, random: countedRandom() };
}

/** Opens the state at `path` with the key of the authority HOME at hand. */
export function openLogged(path: string, options: Partial<LogOptions> = {}): StateWriter {
  return openStateForWriting(path, "test", { ...logOptions(path), ...options });
}

export const CONFIGURE: Operation = {
  do: "put_authority",
  authority: {
    name: "home",
    sovereignId: "HOME",
    keyId: "home-key",
    publicKey: keyOf("home").publicKey,
    genesisJson: "{}",
    endpoint: null,
    policy: POLICY,
  },
};

export function event(id: string, details: JsonObject = { id }): AuditEvent {
  return { event_id: id, event_type: "plan_applied", details, created_at: AT_OFFSET };
}

/** Commits the operations with the events, as the state is. */
export function commitLogged(
  writer: StateWriter,
  events: readonly AuditEvent[],
  operations: readonly Operation[] = [],
): number {
  const batch = { operations, notes: [], events, applied: null };
  return writer.commit(batch, { generation: writer.generation() });
}

/** The sizes of the checkpoints in an escrow, as they stand there. */
export function escrowedSizes(path: string): number[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => Number((JSON.parse(line) as { checkpoint: string }).checkpoint.split("\n")[1]));
}
