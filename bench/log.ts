/** Rows for the audit log, and for what is restored from a backup. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { auditEvent } from "../src/audit/events.js";
import { verifyDatabase } from "../src/audit/verify-database.js";
import { makeBackup } from "../src/backup/make.js";
import { verifyBackup } from "../src/backup/verify.js";
import type { AuditEvent } from "../src/model/audit.js";
import type { RecognitionTreaty } from "../src/model/documents.js";
import type { Operation } from "../src/model/state.js";
import { fromInstant, plusSeconds, toOffsetForm } from "../src/protocol/instant.js";
import { leafHash } from "../src/protocol/log/merkle.js";
import { applyChange, planChange } from "../src/reconcile.js";
import { runRestore } from "../src/restore/restore.js";
import { signDocument } from "../src/sign/sign-document.js";
import { openStateForWriting } from "../src/state/open.js";
import type { StateWriter } from "../src/state/writer.js";
import { keyOf, LIMITS, NOW, repository, type Fixture } from "./fixture.js";
import { median, milliseconds, type Row } from "./row.js";

const ENTRIES = 100_000;
const TREATIES = 100_000;
const BATCH = 1_000;
const KEY = keyOf("authority");

/** A state of which only the authority is known. */
async function begun(): Promise<Fixture> {
  const fixture = repository(0);
  const { dir: repo, db } = fixture;
  const change = await planChange({ repo, ref: null, db, limits: LIMITS, now: NOW, version: "b" });
  const options = { key: KEY, expect: null, now: NOW, random: randomBytes, holder: "bench" };
  await applyChange(change, options);
  return fixture;
}

function openWriter(db: string): StateWriter {
  const log = { signer: () => KEY, escrow: `${db}.escrow`, random: randomBytes };
  return openStateForWriting(db, "bench", log);
}

function event(number: number): AuditEvent {
  const details = { treaty_id: `treaty-${number}`, reason: `the reason of ${number}` };
  return auditEvent("recognition_treaty_revoked", details, NOW, randomBytes(16));
}

function commit(
  writer: StateWriter,
  operations: readonly Operation[],
  events: readonly AuditEvent[],
): void {
  const batch = { operations, notes: [], events, applied: null };
  writer.commit(batch, { generation: writer.generation() });
}

/** Opens the state for `use`, and closes it. */
async function opened<T>(db: string, use: (writer: StateWriter) => T): Promise<T> {
  const writer = openWriter(db);
  try {
    return use(writer);
  } finally {
    writer.close();
  }
}

async function withEntries(count: number): Promise<Fixture> {
  const fixture = await begun();
  await opened(fixture.db, (writer) => {
    for (let from = 0; from < count; from += BATCH)
      writer.note(
        [],
        Array.from({ length: BATCH }, (_, index) => event(from + index)),
      );
  });
  return fixture;
}

/** Each entry with what it says of the state. */
async function withRevocations(count: number): Promise<Fixture> {
  const fixture = await begun();
  await opened(fixture.db, (writer) => {
    for (let from = 0; from < count; from += BATCH) {
      const keys = Array.from({ length: BATCH }, (_, index) => ({
        keyId: `key-${from + index}`,
        revokedAt: toOffsetForm(fromInstant(NOW)),
        reason: `the reason of ${from + index}`,
        revokedBy: "bench-1",
      }));
      commit(
        writer,
        keys.map((key): Operation => ({ do: "revoke_operator_key", key })),
        keys.map(({ keyId, reason, revokedBy }) =>
          auditEvent(
            "operator_key_revoked",
            { key_id: keyId, reason, revoked_by: revokedBy },
            NOW,
            randomBytes(16),
          ),
        ),
      );
    }
  });
  return fixture;
}

function savedAgain(endpoint: string): Operation {
  return {
    do: "put_sovereign",
    sovereign: {
      name: "far",
      sovereignId: "FAR",
      publicKeys: [keyOf("far").publicKey],
      endpoint,
      feed: { url: null, maxAge: null, suspend: false },
    },
  };
}

function treaty(number: number): Operation {
  const at = fromInstant(NOW);
  const body: RecognitionTreaty = {
    treaty_id: `treaty-${number}`,
    issuer_sovereign_id: "BENCH",
    subject_sovereign_id: `S${number}`,
    subject_public_keys: [keyOf("far").publicKey],
    scope: { allowed_roles: ["role:client"], accepted_statuses: ["active"], claims: {} },
    status: "active",
    issued_at: at,
    valid_from: at,
    expires_at: fromInstant(plusSeconds(NOW, 720 * 3_600)),
    issued_by: "bench-1",
    metadata: {},
  };
  return { do: "issue_treaty", treaty: signDocument(body, "bench-1", KEY) };
}

async function withTreaties(count: number): Promise<Fixture> {
  const fixture = await begun();
  await opened(fixture.db, (writer) => {
    for (let from = 0; from < count; from += BATCH) {
      const numbers = Array.from({ length: BATCH }, (_, index) => from + index);
      commit(writer, numbers.map(treaty), numbers.map(event));
    }
  });
  return fixture;
}

/** From the start of a process to its first answer. */
async function startMilliseconds(db: string): Promise<number> {
  const script = fileURLToPath(new URL("start-process.ts", import.meta.url));
  return await milliseconds(
    async () =>
      await new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [...process.execArgv, script, db], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        child.once("close", (code) =>
          code === 0 ? resolve() : reject(new Error(`the start failed with ${code}`)),
        );
      }),
  );
}

export const log: readonly Row[] = [
  {
    name: "commit with one entry of the log",
    measure: async () => {
      const { db } = await begun();
      return await opened(db, (writer) => {
        const logged: number[] = [];
        const unlogged: number[] = [];
        for (let round = 0; round < 300; round += 1) {
          for (const [times, events] of [
            [logged, [event(round)]],
            [unlogged, []],
          ] as const) {
            const start = performance.now();
            commit(writer, [savedAgain(`https://example.org/${round}`)], events);
            times.push(performance.now() - start);
          }
        }
        const [value, floor] = [median(logged), median(unlogged)];
        return { value, unit: "ms", ratio: { of: "commit without", value: value / floor } };
      });
    },
  },
  {
    name: "audit verify, 100k entries",
    measure: async () => {
      const { db } = await withRevocations(ENTRIES);
      return await opened(db, (writer) => {
        const source = writer.log();
        const { size } = source.head();
        const reading = performance.now();
        for (const { leaf } of source.entries(0, size)) leafHash(leaf);
        const floor = performance.now() - reading;
        const start = performance.now();
        const key = { key: KEY.publicKey, from: "given" } as const;
        const { fault } = verifyDatabase(source, { key, escrow: null, since: null, state: writer });
        const taken = performance.now() - start;
        if (fault !== null) throw new Error(fault.message);
        const value = (size * 1_000) / taken;
        return {
          value,
          unit: "entries/s",
          ratio: { of: "hash of every leaf", value: floor / taken },
        };
      });
    },
  },
  {
    name: "start to first answer, 100k entries",
    measure: async () => {
      const few = await begun();
      const many = await withEntries(ENTRIES);
      const floor = await startMilliseconds(few.db);
      const value = await startMilliseconds(many.db);
      return { value, unit: "ms", ratio: { of: "start with few", value: value / floor } };
    },
  },
  {
    name: "restore of 100k treaties",
    measure: async () => {
      const { db, dir } = await withTreaties(TREATIES);
      const escrow = `${db}.escrow`;
      const backup = join(dir, ".concordat", "backup");
      const kept = { db, signer: KEY, now: NOW, escrow, force: false, holder: "bench" };
      const floor = await milliseconds(() => makeBackup({ ...kept, output: backup }));
      const request = {
        db,
        backup,
        preRestoreBackup: join(dir, ".concordat", "before"),
        escrow,
        backupKeys: [],
        forget: [],
        acceptLostLog: false,
        by: "bench",
        reason: null,
      };
      const tools = {
        clock: () => NOW,
        random: randomBytes,
        key: KEY,
        operatorKey: null,
        verify: async (...given: Parameters<typeof verifyBackup>) => verifyBackup(...given),
        onStep: () => {},
      };
      const value = await milliseconds(() => runRestore(request, tools));
      return { value, unit: "ms", ratio: { of: "backup of them", value: value / floor } };
    },
  },
];
