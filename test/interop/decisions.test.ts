import { describe, expect, test } from "vitest";
import type { DocumentStatus } from "../../src/model/documents.js";
import type { Instant } from "../../src/model/time.js";
import { parseAttestation, parseFeed, parseTreaty } from "../../src/protocol/documents.js";
import { fromInstant, parseTimestamp, plusSeconds, toInstant } from "../../src/protocol/instant.js";
import { parseJson } from "../../src/protocol/json.js";
import {
  verifyAttestation,
  verifyAttestationWithTreaty,
  verifyFeed,
  verifyTreaty,
} from "../../src/protocol/verify.js";
import { keyOf } from "../helpers/keys.js";
import { attestationJson, feedJson, treatyJson } from "../helpers/signed.js";
import { Dice } from "./dice.js";
import { askReference, isMissing } from "./reference.js";

const COUNT = 4_000;
const SKEW_SECONDS = 300;
const ROLES = ["role:client", "role:bridge"];
const STATUSES: readonly [DocumentStatus, ...DocumentStatus[]] = [
  "active",
  "active",
  "active",
  "suspended",
  "revoked",
];
const FROM = parseTimestamp("2026-01-01T00:00:00Z");
const UNTIL = parseTimestamp("2036-01-01T00:00:00Z");
const GLOBEX = keyOf("globex").publicKey;
const ACME = keyOf("acme").publicKey;

interface Verdict {
  readonly accepted: boolean;
  readonly reason: string;
}

interface Case {
  readonly asked: Readonly<Record<string, unknown>>;
  readonly ours: Verdict;
}

/** Mostly inside the window, often at one of the four moments where the answer changes. */
function moment(dice: Dice): Instant {
  const edge = toInstant(dice.pick([FROM, UNTIL]));
  const seconds = dice.pick([-SKEW_SECONDS - 1, -SKEW_SECONDS, 0, SKEW_SECONDS, SKEW_SECONDS + 1]);
  const inside = plusSeconds(toInstant(FROM), 86_400);
  return dice.oneIn(3) ? plusSeconds(edge, seconds) : inside;
}

/** As signed, unsigned, or signed by somebody else first. */
function withSignatures(dice: Dice, json: string, foreign: string): string {
  const read = JSON.parse(json) as { signatures: unknown[] };
  const other = (JSON.parse(foreign) as { signatures: unknown[] }).signatures;
  const signatures = dice.pick([
    read.signatures,
    read.signatures,
    [],
    other,
    [...other, ...read.signatures],
  ]);
  return JSON.stringify({ ...read, signatures });
}

function keysFor(dice: Dice, right: string): readonly string[] {
  const wrong = keyOf("nobody").publicKey;
  return dice.pick([[right], [right], [wrong, right], [wrong], []]);
}

function aTreaty(dice: Dice): string {
  const json = treatyJson({
    status: dice.pick(STATUSES),
    scope: {
      allowed_roles: dice.pick([ROLES, [], ["role:client"]]),
      accepted_statuses: dice.pick([["active"], ["active"], ["active", "suspended"], []]),
      claims: {},
    },
    subject_public_keys: dice.pick([[GLOBEX], [GLOBEX], [keyOf("nobody").publicKey]]),
  });
  return withSignatures(dice, json, treatyJson({ issued_by: "another" }));
}

function anAttestation(dice: Dice): string {
  const json = attestationJson({
    status: dice.pick(STATUSES),
    roles: dice.pick([["role:client"], ROLES, [], ["role:anchor"]]),
    issuer_sovereign_id: dice.pick(["GLOBEX", "GLOBEX", "INITECH"]),
  });
  return withSignatures(dice, json, attestationJson({ issued_by: "another" }));
}

const DECISIONS: Readonly<Record<string, (dice: Dice) => Case>> = {
  treaty(dice) {
    const [document, now, keys] = [aTreaty(dice), moment(dice), keysFor(dice, ACME)];
    const treaty = parseTreaty(parseJson(document));
    const issuer = dice.pick([undefined, "ACME", "INITECH"]);
    const subject = dice.pick([undefined, "GLOBEX", "INITECH"]);
    const revoked = dice.oneIn(6) ? [treaty.body.treaty_id] : [];
    const options = { now, ...(issuer && { issuer }), ...(subject && { subject }) };
    return {
      asked: { kind: "treaty", document, now: fromInstant(now), keys, issuer, subject, revoked },
      ours: verifyTreaty(treaty, keys, { ...options, revoked: new Set(revoked) }),
    };
  },
  "attestation under a policy"(dice) {
    const [document, now] = [anAttestation(dice), moment(dice)];
    const attestation = parseAttestation(parseJson(document));
    const policy = {
      local_sovereign_id: "ACME",
      recognized_issuers: [
        {
          sovereign_id: "GLOBEX",
          public_keys: [...dice.pick([[GLOBEX], [ACME, GLOBEX], [ACME]])],
          allowed_roles: dice.pick([ROLES, ["role:client"], []]),
          accepted_statuses: dice.pick<DocumentStatus[]>([["active"], ["active", "suspended"], []]),
        },
      ],
      revoked_attestation_ids: dice.oneIn(6) ? [attestation.body.attestation_id] : [],
    };
    return {
      asked: { kind: "attestation", document, now: fromInstant(now), policy },
      ours: verifyAttestation(attestation, policy, { now }),
    };
  },
  "attestation under a treaty"(dice) {
    const [document, treaty, now] = [anAttestation(dice), aTreaty(dice), moment(dice)];
    const [attestation, under] = [
      parseAttestation(parseJson(document)),
      parseTreaty(parseJson(treaty)),
    ];
    const keys = keysFor(dice, ACME);
    const revoked = dice.oneIn(6) ? [attestation.body.attestation_id] : [];
    const revokedTreaties = dice.oneIn(6) ? [under.body.treaty_id] : [];
    const asked = { document, treaty, now: fromInstant(now), keys, revoked, revokedTreaties };
    return {
      asked: { kind: "attestation", ...asked },
      ours: verifyAttestationWithTreaty(attestation, under, keys, {
        now,
        revokedTreaties: new Set(revokedTreaties),
        revokedAttestations: new Set(revoked),
      }),
    };
  },
  feed(dice) {
    const sequence = dice.pick([0, 7, 2n ** 53n + 1n]);
    const document = dice.oneIn(2)
      ? feedJson({ sequence })
      : withSignatures(dice, feedJson({ sequence: 7 }), feedJson({ sequence: 8 }));
    const keys = keysFor(dice, GLOBEX);
    const issuer = dice.pick([undefined, "GLOBEX", "ACME"]);
    const highest = dice.pick([undefined, 0, 6, 7]);
    return {
      asked: { kind: "feed", document, now: FROM, keys, issuer, highest },
      ours: verifyFeed(parseFeed(parseJson(document)), keys, {
        ...(issuer !== undefined && { issuer }),
        ...(highest !== undefined && { highestSequence: highest }),
      }),
    };
  },
};

describe.skipIf(isMissing)("decisions", () => {
  test.each(Object.keys(DECISIONS))(`on a %s are the reference's, ${COUNT} times`, async (name) => {
    const dice = new Dice(name);
    const cases = Array.from({ length: COUNT }, () => DECISIONS[name]?.(dice));
    const requests = cases.map((each) =>
      JSON.stringify(each?.asked, (_, value: unknown) => value ?? null),
    );
    const theirs = await askReference<Verdict>("decide", requests);
    const ours = cases.map((each) => ({
      accepted: each?.ours.accepted,
      reason: each?.ours.reason,
    }));
    expect(ours.filter((verdict, index) => verdict.reason !== theirs[index]?.reason)).toEqual([]);
    expect(ours).toEqual(theirs);
    // Agreement says little when nothing is accepted, or always for the same reason.
    expect(new Set(theirs.map(({ reason }) => reason)).size).toBeGreaterThan(4);
    expect(theirs.some(({ accepted }) => accepted)).toBe(true);
  });
});
