/** A database of the reference with everything awkward that it can hold and a resource can say. */
import { JsonFloat } from "../../src/model/json.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { keyOf } from "./keys.js";
import { NaDatabase, type NaSchema } from "./na-database.js";
import { naAttestation, naTreaty, uuidOf } from "./na-documents.js";
import { feed } from "./state.js";

export function awkward(schema: NaSchema): NaDatabase {
  const database = new NaDatabase(schema);
  const expired = { expires_at: parseTimestamp("2026-06-02T00:00:00Z") };
  const keys = [keyOf("initech two").publicKey, keyOf("sovereign INITECH").publicKey];
  database
    .treaty(
      naTreaty(1, {
        scope: {
          allowed_roles: ["role:service:mail", "role:client", "role:client"],
          accepted_statuses: ["suspended", "active"],
          claims: { region: "Zürich 🏔", yes: true, "1": ["no", null, -7] },
        },
        metadata: { note: 'line\n\ttwo "quoted" # not a comment', ratio: new JsonFloat(0.25) },
      }),
    )
    .treaty(naTreaty(2, { subject_sovereign_id: "INITECH", subject_public_keys: keys }))
    .treaty(
      naTreaty(3, {
        subject_sovereign_id: "Umbrella Corp.".replaceAll(" ", "_"),
        scope: { allowed_roles: [], accepted_statuses: ["active"], claims: {} },
        valid_from: parseTimestamp("2026-06-01T14:00:00+02:00"),
      }),
    )
    .treaty(naTreaty(4, expired))
    .treaty(naTreaty(5), {
      status: "revoked",
      revokedAt: "2026-07-01T00:00:00+00:00",
      reason: "breach\nof trust",
    })
    .treaty(naTreaty(6), {
      status: "revoked",
      revokedAt: "2026-07-01T00:00:00+00:00",
      reason: `replaced_by:${uuidOf(1)}`,
    })
    .treaty(naTreaty(7, { subject_sovereign_id: "HOOLI" }), { status: "suspended" })
    .attestation(
      naAttestation(11, {
        subject_public_key: keyOf("member").publicKey,
        claims: {
          score: new JsonFloat(1),
          size: "1e5",
          deep: { er: [{ tiny: new JsonFloat(1e-7) }] },
        },
      }),
    )
    .attestation(naAttestation(12, { roles: [] }))
    .attestation(naAttestation(13, expired))
    .attestation(naAttestation(14), { status: "revoked", revokedAt: "2026-07-01T00:00:00+00:00" })
    .feed(feed("INITECH", 3, ["a-1"]))
    .feed(feed("INITECH", 5, ["a-1", "ä-2"]))
    .revokedKey("old-operator")
    .event("e-2", "recognition_treaty_issued", "2026-06-01T12:00:00.200000+00:00")
    .event("e-1", "of_their_own", "2026-06-01T12:00:00.100000+00:00", '{"ratio": 0.5}');
  return database;
}
