/** Databases as the reference's authority writes them, made by plain SQL, with documents in the form of its models. */
import { join } from "node:path";
import Database from "better-sqlite3";
import type {
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
  Unverified,
} from "../../src/model/documents.js";
import { toOffsetForm } from "../../src/protocol/instant.js";
import { temporaryFolder } from "./git.js";
import {
  AT_OFFSET,
  ATTESTATION_FIELDS,
  FEED_FIELDS,
  modelJson,
  TREATY_FIELDS,
} from "./na-documents.js";

/** The schemas that a test can make. */
export type NaSchema = 6 | 9 | 20 | 21;

const TABLES = `
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL);
CREATE TABLE nonces (scope TEXT NOT NULL, nonce TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (scope, nonce));
CREATE TABLE audit_events (event_id TEXT PRIMARY KEY, event_json TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE membership_attestations (
  attestation_id TEXT PRIMARY KEY, issuer_sovereign_id TEXT NOT NULL, subject_id TEXT NOT NULL, subject_public_key TEXT,
  roles_json TEXT NOT NULL, status TEXT NOT NULL, attestation_json TEXT NOT NULL, issued_at TEXT NOT NULL,
  valid_from TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT, revocation_reason TEXT);
CREATE TABLE recognition_policies (
  policy_id TEXT PRIMARY KEY, policy_json TEXT NOT NULL, active INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE recognition_treaties (
  treaty_id TEXT PRIMARY KEY, issuer_sovereign_id TEXT NOT NULL, subject_sovereign_id TEXT NOT NULL, status TEXT NOT NULL,
  treaty_json TEXT NOT NULL, issued_at TEXT NOT NULL, valid_from TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT,
  revocation_reason TEXT);
CREATE TABLE sovereign_revocation_feeds (
  feed_id TEXT PRIMARY KEY, issuer_sovereign_id TEXT NOT NULL, sequence INTEGER NOT NULL, feed_json TEXT NOT NULL,
  imported_at TEXT NOT NULL);
CREATE TABLE imported_sovereign_revocations (
  issuer_sovereign_id TEXT NOT NULL, attestation_id TEXT NOT NULL, feed_id TEXT NOT NULL, sequence INTEGER NOT NULL,
  reason TEXT, imported_at TEXT NOT NULL, PRIMARY KEY (issuer_sovereign_id, attestation_id));
`;

const SINCE: readonly (readonly [schema: number, sql: string])[] = [
  [
    9,
    `CREATE TABLE revoked_operator_keys (
       key_id TEXT PRIMARY KEY, revoked_at TEXT NOT NULL, reason TEXT NOT NULL, revoked_by TEXT NOT NULL);`,
  ],
  [
    20,
    `CREATE TABLE na_key_history (
       key_sequence INTEGER PRIMARY KEY, key_id TEXT, public_key TEXT NOT NULL UNIQUE, recorded_at TEXT NOT NULL);
     CREATE TABLE capability_grants (grant_id TEXT PRIMARY KEY, revoked_at TEXT);
     ALTER TABLE membership_attestations ADD COLUMN lineage_id TEXT;
     ALTER TABLE membership_attestations ADD COLUMN reissued_from TEXT;
     ALTER TABLE membership_attestations ADD COLUMN superseded_by TEXT;
     ALTER TABLE recognition_treaties ADD COLUMN lineage_id TEXT;
     ALTER TABLE recognition_treaties ADD COLUMN reissued_from TEXT;
     ALTER TABLE recognition_treaties ADD COLUMN superseded_by TEXT;`,
  ],
];

export interface RowState {
  readonly status?: string;
  readonly revokedAt?: string;
  readonly reason?: string;
  readonly supersededBy?: string;
  /** The signed text, when it is not that of the model. */
  readonly json?: string;
}

export class NaDatabase {
  readonly path: string;
  readonly #schema: NaSchema;
  readonly #database: Database.Database;

  constructor(schema: NaSchema = 20, path = join(temporaryFolder(), "na.db")) {
    this.path = path;
    this.#schema = schema;
    this.#database = new Database(path);
    this.#database.pragma("journal_mode = WAL");
    this.#database.exec(TABLES);
    for (const [since, sql] of SINCE) if (schema >= since) this.#database.exec(sql);
    for (let version = 1; version <= schema; version += 1)
      this.run("INSERT INTO schema_version VALUES (?, ?)", version, "2026-01-01T00:00:00+00:00");
  }

  run(sql: string, ...values: (string | number | null)[]): void {
    this.#database.prepare(sql).run(...values);
  }

  close(): this {
    this.#database.close();
    return this;
  }

  treaty(document: Unverified<RecognitionTreaty>, given: RowState = {}): this {
    const { body } = document;
    this.run(
      `INSERT INTO recognition_treaties (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json, issued_at,
         valid_from, expires_at, revoked_at, revocation_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      body.treaty_id,
      body.issuer_sovereign_id,
      body.subject_sovereign_id,
      given.status ?? "active",
      given.json ?? modelJson(TREATY_FIELDS, document),
      toOffsetForm(body.issued_at),
      toOffsetForm(body.valid_from),
      toOffsetForm(body.expires_at),
      given.revokedAt ?? null,
      given.reason ?? null,
    );
    if (given.supersededBy !== undefined)
      this.run(
        "UPDATE recognition_treaties SET superseded_by = ? WHERE treaty_id = ?",
        given.supersededBy,
        body.treaty_id,
      );
    return this;
  }

  attestation(document: Unverified<MembershipAttestation>, given: RowState = {}): this {
    const { body } = document;
    this.run(
      `INSERT INTO membership_attestations (attestation_id, issuer_sovereign_id, subject_id, subject_public_key, roles_json,
         status, attestation_json, issued_at, valid_from, expires_at, revoked_at, revocation_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      body.attestation_id,
      body.issuer_sovereign_id,
      body.subject_id,
      body.subject_public_key,
      `[${body.roles.map((role) => JSON.stringify(role)).join(", ")}]`,
      given.status ?? "active",
      given.json ?? modelJson(ATTESTATION_FIELDS, document),
      toOffsetForm(body.issued_at),
      toOffsetForm(body.valid_from),
      toOffsetForm(body.expires_at),
      given.revokedAt ?? null,
      given.reason ?? null,
    );
    return this;
  }

  /** An imported feed, and the revocations that it brought. */
  feed(document: Unverified<SovereignRevocationFeed>, importedAt = AT_OFFSET): this {
    const { body } = document;
    const sequence = Number(body.sequence);
    this.run(
      "INSERT INTO sovereign_revocation_feeds VALUES (?, ?, ?, ?, ?)",
      body.feed_id,
      body.issuer_sovereign_id,
      sequence,
      modelJson(FEED_FIELDS, document),
      importedAt,
    );
    for (const id of body.revoked_attestation_ids) {
      this.run(
        `INSERT INTO imported_sovereign_revocations VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET feed_id = excluded.feed_id, sequence = excluded.sequence, reason = excluded.reason`,
        body.issuer_sovereign_id,
        id,
        body.feed_id,
        sequence,
        body.revocation_reasons[id] ?? null,
        importedAt,
      );
    }
    return this;
  }

  event(id: string, type: string, at: string, details = "{}"): this {
    const json = `{"created_at": "${at}", "details": ${details}, "event_id": "${id}", "event_type": "${type}"}`;
    this.run("INSERT INTO audit_events VALUES (?, ?, ?)", id, json, at);
    return this;
  }

  revokedKey(id: string, reason = "lost laptop"): this {
    if (this.#schema >= 9)
      this.run(
        "INSERT INTO revoked_operator_keys VALUES (?, ?, ?, ?)",
        id,
        AT_OFFSET,
        reason,
        "op",
      );
    return this;
  }
}
