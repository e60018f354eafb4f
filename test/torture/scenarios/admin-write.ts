/** Operators revoke attestations, each with a signed request of its own: nonce, effect and entry are one. */
import { randomBytes } from "node:crypto";
import { performAdmin } from "../../../src/admin/perform.js";
import type { AdminRequest } from "../../../src/model/admin.js";
import { fromInstant } from "../../../src/protocol/instant.js";
import type { StateReader } from "../../../src/state/reader.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { attestation, desired, operatorKey } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { noncesOf } from "../nonces.js";
import { databaseOf, detailsOf, NOW, numbersWhere, settle, writing } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";

const OPERATIONS = 6;
const NAMES = numbersWhere(OPERATIONS, () => true).map((number) => `member-${number}`);

/** Of the attestation with that number. */
export function idOf(state: StateReader, number: number): string {
  const name = `member-${number}`;
  return (
    state.snapshot().inventory.find((entry) => entry.name.split("#")[0] === name)?.objectId ?? ""
  );
}

export function revocation(state: StateReader, number: number): AdminRequest {
  return {
    caller: {
      keyId: "root",
      publicKey: keyOf("operator root").publicKey,
      nonce: `nonce-${number}`,
      requestedAt: fromInstant(NOW),
      signatureVersion: 2,
      remoteAddress: "192.0.2.1",
    },
    action: { action: "revoke_attestation", attestationId: idOf(state, number), reason: "left" },
    requiredTier: "privileged",
  };
}

export function perform(writer: StateWriter, request: AdminRequest): void {
  const clock = () => NOW;
  const key = () => keyOf("authority");
  performAdmin({ writer, grants: "refuse", clock, key, random: randomBytes }, request);
}

function survey(folder: string, state: StateReader): Survey {
  const revoked = new Set(detailsOf(state, "membership_attestation_revoked", "attestation_id"));
  const nonces = noncesOf(databaseOf(folder));
  const changed = numbersWhere(
    OPERATIONS,
    (number) => state.attestation(idOf(state, number))?.status === "revoked",
  );
  const spent = numbersWhere(OPERATIONS, (number) => nonces.has(`nonce-${number}`));
  return {
    changed,
    logged: numbersWhere(OPERATIONS, (number) => revoked.has(idOf(state, number))),
    faults:
      spent.join() === changed.join()
        ? []
        : [`nonces ${spent.join()} are spent, and ${changed.join()} were revoked`],
  };
}

export const adminWrite: Scenario = {
  name: "admin write",
  operations: OPERATIONS,
  prepare: async (folder) =>
    settle(
      folder,
      desired({
        operatorKeys: [operatorKey("root")],
        attestations: NAMES.map((name) => attestation(name)),
      }),
    ),
  work: async (folder, acknowledge) =>
    writing(folder, (writer) => {
      const done = survey(folder, writer).changed;
      for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
        perform(writer, revocation(writer, number));
        acknowledge(number, writer);
      }
    }),
  survey,
};
