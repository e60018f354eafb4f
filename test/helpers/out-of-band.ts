/** Writes to a state as another program would: a plain connection, without Concordat. */
import Database from "better-sqlite3";
import type { RecognitionTreaty } from "../../src/model/documents.js";
import { documentJson } from "../../src/protocol/documents.js";
import { fromInstant, plusSeconds, toOffsetForm } from "../../src/protocol/instant.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { keyOf } from "./keys.js";
import type { World } from "./world.js";

/** Runs one statement on the state's file. */
export function outOfBand(
  world: World,
  sql: string,
  ...values: readonly (string | number | null)[]
): void {
  const db = new Database(world.db);
  try {
    db.prepare(sql).run(...values);
  } finally {
    db.close();
  }
}

/** Puts a signed treaty into the state behind Concordat's back, and returns its id. */
export function foreignTreaty(
  world: World,
  issuer: string,
  subject: string,
  signer = `sovereign ${issuer}`,
): string {
  const issued = fromInstant(world.now);
  const expires = fromInstant(plusSeconds(world.now, 168 * 3_600));
  const id = `treaty-${issuer}-${subject}`;
  const treaty = signDocument<RecognitionTreaty>(
    {
      treaty_id: id,
      issuer_sovereign_id: issuer,
      subject_sovereign_id: subject,
      subject_public_keys: [keyOf(`sovereign ${subject.toLowerCase()}`).publicKey],
      scope: { allowed_roles: ["role:client"], accepted_statuses: ["active"], claims: {} },
      status: "active",
      issued_at: issued,
      valid_from: issued,
      expires_at: expires,
      issued_by: "key",
      metadata: {},
    },
    "key",
    keyOf(signer),
  );
  outOfBand(
    world,
    `INSERT INTO recognition_treaties
      (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json, issued_at, valid_from, expires_at)
      VALUES (?, ?, ?, 'active', ?, ?, ?, ?)`,
    id,
    issuer,
    subject,
    documentJson(treaty),
    toOffsetForm(issued),
    toOffsetForm(issued),
    toOffsetForm(expires),
  );
  return id;
}
