/** Documents of ours with awkward content, each from a seed, signed with a key of its own. */
import { hash } from "node:crypto";
import fc from "fast-check";
import type {
  DocumentBody,
  DocumentStatus,
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
} from "../../src/model/documents.js";
import type { JsonObject } from "../../src/model/json.js";
import type { Timestamp } from "../../src/model/time.js";
import { documentJson, signedBytes } from "../../src/protocol/documents.js";
import { compareCodePoints } from "../../src/protocol/code-points.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { PrivateKey } from "../../src/sign/private-key.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { jsonValues } from "../unit/protocol/json-values.js";

export type Kind = "treaty" | "attestation" | "feed";

/** What is signed, as it is written and as it is signed, and the key that holds. */
export interface Sample {
  readonly document: string;
  readonly signed: string;
  readonly key: string;
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.string({ unit: fc.constantFrom("a", '"', "\\", "\u0000", "\u007f", "\ue000", "\u{1f600}") }),
);
const names = fc.uniqueArray(text, { maxLength: 5 });
const status = fc.constantFrom<DocumentStatus>("active", "suspended", "revoked");
const statuses = fc.array(status, { maxLength: 3 });
const roles = fc.array(fc.constantFrom("role:client", "role:service:\u{1f512}"), { maxLength: 3 });
const claims: fc.Arbitrary<JsonObject> = fc.dictionary(text, jsonValues, { maxKeys: 4 });
const sequence = fc.oneof(
  fc.maxSafeNat(),
  fc.bigInt({ min: BigInt(Number.MAX_SAFE_INTEGER) + 1n, max: 2n ** 63n - 1n }),
);
const keyList = fc.oneof(
  { weight: 99, arbitrary: fc.array(text, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.array(text, { minLength: 150, maxLength: 200 }) },
);
/** Microseconds since 1970, from 2001 to 2065. */
const moment = fc.integer({ min: 1e15, max: 3e15 });

/** issued_at before or at valid_from, which is before expires_at. */
const window = fc
  .tuple(moment, fc.integer({ min: 1, max: 1e15 }), fc.integer({ min: 0, max: 1e12 }))
  .map(([from, lasting, before]) => ({
    issued_at: timestamp(from - before),
    valid_from: timestamp(from),
    expires_at: timestamp(from + lasting),
  }));

const treaties: fc.Arbitrary<RecognitionTreaty> = fc
  .record({
    treaty_id: text,
    issuer_sovereign_id: text,
    subject_sovereign_id: text,
    subject_public_keys: keyList,
    scope: fc.record({ allowed_roles: roles, accepted_statuses: statuses, claims }),
    status,
    issued_by: text,
    metadata: claims,
    window,
  })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const attestations: fc.Arbitrary<MembershipAttestation> = fc
  .record({
    attestation_id: text,
    issuer_sovereign_id: text,
    subject_id: text,
    subject_public_key: fc.option(text),
    roles,
    status,
    issued_by: text,
    claims,
    window,
  })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const feeds: fc.Arbitrary<SovereignRevocationFeed> = fc
  .record({
    feed_id: text,
    issuer_sovereign_id: text,
    sequence,
    issued_at: moment.map(timestamp),
    revoked: names,
    reason: text,
    issued_by: text,
    grants: fc.option(names),
  })
  .map(({ revoked, reason, grants, ...rest }) => ({
    ...rest,
    revoked_attestation_ids: sorted(revoked),
    revocation_reasons: Object.fromEntries(
      revoked.filter((_, index) => index % 2 === 0).map((id) => [id, reason]),
    ),
    ...(grants === null ? {} : { revoked_grant_ids: sorted(grants) }),
  }));

const BODIES: Readonly<Record<Kind, fc.Arbitrary<DocumentBody>>> = {
  treaty: treaties,
  attestation: attestations,
  feed: feeds,
};

/** The same samples for the same seed. */
export function generate(kind: Kind, count: number, seed: number): readonly Sample[] {
  return fc.sample(BODIES[kind], { numRuns: count, seed }).map((body, index) => {
    const key = PrivateKey.fromSeed(hash("sha256", `${kind} ${seed} ${index}`, "buffer"));
    return {
      document: documentJson(signDocument(body, `key-${index}`, key)),
      signed: Buffer.from(signedBytes(body)).toString(),
      key: key.publicKey,
    };
  });
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted(compareCodePoints);
}

function timestamp(micros: number): Timestamp {
  const seconds = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
  return parseTimestamp(`${seconds}.${String(micros % 1e6).padStart(6, "0")}Z`);
}
