/** A real sovereign's treaties and revocations in a real state, served: equal to what it published itself. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseTimestamp, toInstant } from "../../src/protocol/instant.js";
import { outOfBand } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const BUNDLE = new URL("../../../shared/data/real/usg-nb.trust-bundle.json", import.meta.url);
const present = existsSync(BUNDLE);
if (!present) console.warn("skipped: ../shared/data/real is not there");

interface Treaty {
  readonly treaty_id: string;
  readonly issuer_sovereign_id: string;
  readonly subject_sovereign_id: string;
  readonly issued_at: string;
  readonly valid_from: string;
  readonly expires_at: string;
}

interface Revocation {
  readonly id: string;
  readonly issuer_sovereign_id: string;
  readonly feed_id: string;
  readonly sequence: number;
  readonly reason: string;
  readonly revoked_at: string;
}

interface Bundle {
  readonly created_at: string;
  readonly connectome: {
    readonly active_treaties: readonly Treaty[];
    readonly revoked_trust_material: readonly Revocation[];
    readonly summary: unknown;
    readonly recognition_edges: unknown;
  };
}

test.skipIf(!present)("the bundle's connectome comes out field for field", async () => {
  const bundle: Bundle = JSON.parse(readFileSync(BUNDLE, "utf8"));
  const published = bundle.connectome;
  const world = new World();
  world.now = toInstant(parseTimestamp(bundle.created_at));
  const offset = (time: string): string => time.replace(/Z$/, "+00:00");
  // Rows as the reference writes them.
  for (const treaty of published.active_treaties) {
    outOfBand(
      world,
      `INSERT INTO recognition_treaties
        (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json, issued_at, valid_from, expires_at)
        VALUES (?, ?, ?, 'active', ?, ?, ?, ?)`,
      treaty.treaty_id,
      treaty.issuer_sovereign_id,
      treaty.subject_sovereign_id,
      JSON.stringify(treaty),
      offset(treaty.issued_at),
      offset(treaty.valid_from),
      offset(treaty.expires_at),
    );
  }
  for (const revocation of published.revoked_trust_material) {
    outOfBand(
      world,
      `INSERT INTO imported_sovereign_revocations
        (issuer_sovereign_id, attestation_id, feed_id, sequence, reason, imported_at) VALUES (?, ?, ?, ?, ?, ?)`,
      revocation.issuer_sovereign_id,
      revocation.id,
      revocation.feed_id,
      revocation.sequence,
      revocation.reason,
      revocation.revoked_at,
    );
  }
  const served = new Served(world);
  expect(await served.json("/connectome.json")).toMatchObject(published);
  const { active_treaties } = await served.json<Bundle["connectome"]>("/recognition-graph");
  expect(active_treaties).toEqual(published.active_treaties);
  await served.close();
  world.close();
});
