/** Signed documents, batches and scratch files for tests of the state. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished } from "vitest";
import { AppError, type ErrorCode } from "../../src/errors.js";
import type { AuditEvent } from "../../src/model/audit.js";
import type {
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
  Verified,
} from "../../src/model/documents.js";
import type {
  Batch,
  InventoryEntry,
  Operation,
  OperatorKeyRecord,
  SovereignRecord,
  TreatyRecord,
} from "../../src/model/state.js";
import { documentJson } from "../../src/protocol/documents.js";
import { parseTimestamp, toOffsetForm } from "../../src/protocol/instant.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "./keys.js";

/** The moment of everything that a test does not date itself. */
export const AT = parseTimestamp("2026-11-23T00:00:00Z");
export const AT_OFFSET = toOffsetForm(AT);
const EXPIRES = parseTimestamp("2026-12-01T00:00:00.000001Z");
const WINDOW = { issued_at: AT, valid_from: AT, expires_at: EXPIRES };

/** The path of a state in a folder of its own, which goes when the test ends. */
export function scratchPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "concordat-state-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "na.db");
}

const FORTY_TREATIES = Array.from({ length: 40 }, (_, i): Operation => ({
  do: "issue_treaty",
  treaty: treaty(`t${i}`),
}));

/** A state of some pages with forty treaties, t0 to t39, closed cleanly. */
export function closedState(): string {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  commit(writer, ...FORTY_TREATIES);
  writer.close();
  return path;
}

/** The names of the files in the folder of a state. */
export function filesBeside(path: string): string[] {
  return readdirSync(dirname(path)).toSorted();
}

/** Every file of a folder with its bytes: what a reader must leave as it was. */
export function contentsOf(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), "hex")]),
  );
}

/** Runs SQL on a file as another program would. */
export function withPlainDatabase<T>(path: string, use: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** The AppError that `run` throws, which must have this code. */
export function expectError(code: ErrorCode, run: () => unknown): AppError {
  let caught: unknown = null;
  try {
    run();
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof AppError)) expect.fail(`expected ${code}, got ${String(caught)}`);
  expect(caught.code).toBe(code);
  return caught;
}

export function treaty(
  id: string,
  body: Partial<RecognitionTreaty> = {},
  signer = "home",
): Verified<RecognitionTreaty> {
  const scope = {
    allowed_roles: ["role:client"],
    accepted_statuses: ["active"],
    claims: {},
  } as const;
  return signDocument<RecognitionTreaty>(
    {
      treaty_id: id,
      issuer_sovereign_id: "HOME",
      subject_sovereign_id: `SUBJECT-${id}`,
      subject_public_keys: [keyOf(id).publicKey],
      scope,
      status: "active",
      ...WINDOW,
      issued_by: "home-key",
      metadata: {},
      ...body,
    },
    "home-key",
    keyOf(signer),
  );
}

/** The row that issuing a treaty makes. */
export function treatyRecord(document: Verified<RecognitionTreaty>): TreatyRecord {
  const { body } = document;
  return {
    id: body.treaty_id,
    issuer: body.issuer_sovereign_id,
    subject: body.subject_sovereign_id,
    status: body.status,
    json: documentJson(document),
    issuedAt: toOffsetForm(body.issued_at),
    validFrom: toOffsetForm(body.valid_from),
    expiresAt: toOffsetForm(body.expires_at),
    revokedAt: null,
    reason: null,
  };
}

export function attestation(
  id: string,
  body: Partial<MembershipAttestation> = {},
): Verified<MembershipAttestation> {
  return signDocument<MembershipAttestation>(
    {
      attestation_id: id,
      issuer_sovereign_id: "HOME",
      subject_id: `member-${id}`,
      subject_public_key: null,
      roles: ["role:client"],
      status: "active",
      ...WINDOW,
      issued_by: "home-key",
      claims: {},
      ...body,
    },
    "home-key",
    keyOf("home"),
  );
}

/** A feed that revokes `ids`, each for the reason "<feed id>:<id>". */
export function feed(
  issuer: string,
  sequence: number | bigint,
  ids: readonly string[],
  feedId = `feed-${issuer}-${sequence}`,
): Verified<SovereignRevocationFeed> {
  return signDocument<SovereignRevocationFeed>(
    {
      feed_id: feedId,
      issuer_sovereign_id: issuer,
      sequence,
      issued_at: AT,
      revoked_attestation_ids: ids.toSorted(),
      revocation_reasons: Object.fromEntries(ids.map((id) => [id, `${feedId}:${id}`])),
      issued_by: "their-key",
    },
    "their-key",
    keyOf(`sovereign ${issuer}`),
  );
}

export function operatorKey(
  keyId: string,
  more: Partial<OperatorKeyRecord> = {},
): OperatorKeyRecord {
  return {
    keyId,
    publicKey: keyOf(keyId).publicKey,
    tier: "privileged",
    holder: "operator",
    validFrom: AT,
    validUntil: null,
    state: "active",
    ...more,
  };
}

export function sovereign(
  sovereignId: string,
  more: Partial<SovereignRecord> = {},
): SovereignRecord {
  return {
    name: sovereignId.toLowerCase(),
    sovereignId,
    publicKeys: [keyOf(`sovereign ${sovereignId}`).publicKey],
    endpoint: null,
    feed: { url: null, maxAge: null, suspend: false },
    ...more,
  };
}

export function inventoryEntry(name: string, more: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    kind: "RecognitionTreaty",
    name,
    objectId: `id-of-${name}`,
    specJson: "{}",
    renewal: 0,
    documentDigest: null,
    live: true,
    source: { file: `treaties/${name}.yaml`, line: 1, column: 1, blob: "b".repeat(40) },
    commit: "c".repeat(40),
    ...more,
  };
}

export function batchOf(
  operations: readonly Operation[],
  events: readonly AuditEvent[] = [],
): Batch {
  return {
    operations,
    notes: [],
    events,
    applied: {
      commit: "c".repeat(40),
      tree: "d".repeat(40),
      planDigest: `sha256:${"e".repeat(64)}`,
      at: AT,
    },
  };
}

/** Commits against the state as it is. */
export function commit(writer: StateWriter, ...operations: readonly Operation[]): void {
  writer.commit(batchOf(operations), writer.snapshot());
}

/** Runs a test on a new state, and closes it. */
export function withWriter(use: (writer: StateWriter, path: string) => void): void {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  try {
    use(writer, path);
  } finally {
    writer.close();
  }
}

/** The batch must be refused as a bug, with the state as it was before; gives the message. */
export function expectRefused(writer: StateWriter, ...operations: readonly Operation[]): string {
  const before = writer.snapshot();
  const error = expectError("internal", () => writer.commit(batchOf(operations), before));
  expect(writer.snapshot()).toEqual(before);
  return error.message;
}
