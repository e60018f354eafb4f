/** States whose log is signed, and what a test asks of it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect } from "vitest";
import type { ErrorCode } from "../../src/errors.js";
import type { AuditEvent } from "../../src/model/audit.js";
import type { JsonObject } from "../../src/model/json.js";
import type { LogOptions, LogSigner } from "../../src/model/log.js";
import type { Operation } from "../../src/model/state.js";
import { vkeyOf } from "../../src/protocol/log/vkey.js";
import { openStateForServing, openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { POLICY } from "./desired.js";
import { keyOf } from "./keys.js";
import { AT_OFFSET, contentsOf, expectError, scratchPath } from "./state.js";

export const ORIGIN = "HOME/audit";
export const VKEY = vkeyOf(ORIGIN, keyOf("home").publicKey);

/** Salts that a test can make again. */
function countedRandom(): (size: number) => Uint8Array {
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

/** A closed state with `count` entries, one for each commit. */
export function logged(count = 3): string {
  const path = scratchPath();
  const writer = openLogged(path);
  for (let i = 0; i < count; i++)
    commitLogged(writer, [event(`e${i}`)], i === 0 ? [CONFIGURE] : []);
  writer.close();
  return path;
}

export const escrowOf = (path: string): string => `${path}.escrow`;

/** That the state is refused for writing and for serving, and left as it was; gives the message. */
export function expectRefusedBoth(code: ErrorCode, path: string): string {
  const before = contentsOf(dirname(path));
  const { message } = expectError(code, () => openLogged(path));
  expectError(code, () => openStateForServing(path, escrowOf(path)));
  const after = new Map(contentsOf(dirname(path)));
  after.delete(`${basename(path)}.lock`);
  for (const [name, bytes] of after) expect(bytes, name).toBe(before.get(name));
  return message;
}
