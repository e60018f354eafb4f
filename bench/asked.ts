/** The requests of the rows beside the reference; both services get the same ones, each its own list. */
import { randomUUID } from "node:crypto";
import { realClock } from "../src/controller/real-time.js";
import { signedBytes } from "../src/protocol/signed-request.js";
import type { MembershipAttestation, SovereignRevocationFeed } from "../src/model/documents.js";
import type { JsonObject } from "../src/model/json.js";
import { canonicalJson } from "../src/protocol/canonical.js";
import { documentJson } from "../src/protocol/documents.js";
import { fromInstant, plusSeconds } from "../src/protocol/instant.js";
import { parseJson } from "../src/protocol/json.js";
import { CONCORDAT_NAMESPACE, uuid5 } from "../src/protocol/uuid.js";
import { signDocument } from "../src/sign/sign-document.js";
import { keyOf } from "./fixture.js";
import type { Asked } from "./requests.js";

const DAY = 86_400;
const JSON_TYPE = { "content-type": "application/json" };

/** A treaty of the fixture, as it is signed. */
export interface Signed {
  readonly id: string;
  readonly subject: string;
  readonly json: string;
}

export function get(path: string): Asked {
  return { method: "GET", path, headers: {}, body: "" };
}

/** An attestation of the subject of a treaty, and the treaty. */
export function verifyWithTreaty({ id, subject, json }: Signed): Asked {
  const now = realClock();
  const body: MembershipAttestation = {
    attestation_id: uuid5(CONCORDAT_NAMESPACE, `bench attestation under ${id}`),
    issuer_sovereign_id: subject,
    subject_id: "bench-member",
    subject_public_key: null,
    roles: ["role:client"],
    status: "active",
    issued_at: fromInstant(plusSeconds(now, -DAY)),
    valid_from: fromInstant(plusSeconds(now, -DAY)),
    expires_at: fromInstant(plusSeconds(now, DAY)),
    issued_by: "bench-subject",
    claims: {},
  };
  const attestation = documentJson(signDocument(body, body.issued_by, keyOfSovereign(subject)));
  return {
    method: "POST",
    path: "/attestations/verify-with-treaty",
    headers: JSON_TYPE,
    body: `{"attestation":${attestation},"treaty":${json}}`,
  };
}

export function revoke({ id }: Signed): Asked {
  return signed(`/admin/recognition-treaties/${id}/revoke`, { reason: "bench" });
}

/** The first feed of that sovereign: as many revocations of ids that no other feed names. */
export function importFeed(sovereignId: string, entries: number): Asked {
  const revoked = Array.from({ length: entries }, (_, index) =>
    uuid5(CONCORDAT_NAMESPACE, `bench attestation ${sovereignId} ${index}`),
  );
  const body: SovereignRevocationFeed = {
    feed_id: uuid5(CONCORDAT_NAMESPACE, `bench feed ${sovereignId}`),
    issuer_sovereign_id: sovereignId,
    sequence: 1,
    issued_at: fromInstant(realClock()),
    revoked_attestation_ids: revoked.toSorted(),
    revocation_reasons: {},
    issued_by: "bench-subject",
  };
  const feed = signDocument(body, body.issued_by, keyOfSovereign(sovereignId));
  return signed("/admin/sovereign-revocation-feeds/import", {
    feed: parseJson(documentJson(feed)),
  });
}

/** By the operator of the fixture, in version 2, as of now. */
function signed(path: string, body: JsonObject): Asked {
  const keyId = "operator-root";
  const nonce = randomUUID();
  const timestamp = fromInstant(realClock());
  const audience = keyOf("authority").publicKey;
  const bytes = signedBytes({
    method: "POST",
    path,
    query: {},
    audience,
    body,
    keyId,
    nonce,
    timestamp,
  });
  return {
    method: "POST",
    path,
    headers: {
      ...JSON_TYPE,
      "x-admin-key-id": keyId,
      "x-admin-nonce": nonce,
      "x-admin-timestamp": timestamp,
      "x-admin-signature": keyOf("operator").sign(bytes),
    },
    body: canonicalJson(body),
  };
}

function keyOfSovereign(sovereignId: string): ReturnType<typeof keyOf> {
  return keyOf(`sovereign ${sovereignId.slice(1)}`);
}
