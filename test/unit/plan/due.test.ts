import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Desired, Validity } from "../../../src/model/desired.js";
import type { Plan } from "../../../src/model/plan.js";
import type { Snapshot } from "../../../src/model/state.js";
import type { Instant } from "../../../src/model/time.js";
import { nextDue } from "../../../src/plan/due.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { makePlan } from "../../../src/plan/plan.js";
import { fromInstant, parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import {
  attestation,
  authority,
  desired,
  feed,
  genesis,
  operatorKey,
  OWN,
  POLICY,
  revocation,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { feedPoll } from "../../helpers/feed-poll.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { START, World } from "../../helpers/world.js";

const HOUR = 3_600;
const DAY = 86_400;

/** A plan without the moment at which it was made. */
function planAt(wanted: Desired, snapshot: Snapshot, now: Instant): Omit<Plan, "created_at"> {
  const { created_at: _, ...plan } = makePlan({
    desired: wanted,
    snapshot,
    now,
    ref: "main",
    dirty: false,
    version: "0.0.0",
    approvals: 0,
    allowances: NO_ALLOWANCES,
  }).plan;
  return plan;
}

/** The moment just before another. */
const before = (moment: Instant): Instant => (moment - 1n) as Instant;
const dayAfter = (days: number) => fromInstant(plusSeconds(START, days * DAY));

const NAMES = ["globex", "initech"] as const;
const days = fc.integer({ min: 1, max: 45 });

const anyValidity: fc.Arbitrary<Validity> = fc.oneof(
  days.map((length) => ({ from: null, until: null, duration: length * DAY })),
  days.map((end) => ({ from: null, until: parseTimestamp(dayAfter(end)), duration: null })),
  fc.tuple(fc.integer({ min: -10, max: 10 }), days).map(([start, length]) => ({
    from: parseTimestamp(dayAfter(start)),
    until: null,
    duration: length * DAY,
  })),
);

const anyTreaty = (name: string) =>
  fc
    .record({
      allowedRoles: fc.subarray(["role:client", "role:operator"], { minLength: 1 }),
      validity: anyValidity,
      renewBefore: fc.option(fc.constantFrom(HOUR, DAY), { nil: null }),
      reissue: fc.integer({ min: 0, max: 1 }),
    })
    .map((given) => treaty(name, name, given));

const anyAttestation = (name: string) =>
  fc.record({ validity: anyValidity }).map((given) => attestation(name, given));

const anyWindow = fc
  .tuple(fc.integer({ min: -5, max: 20 }), fc.integer({ min: 1, max: 10 }))
  .map(([start, length]) => ({
    from: parseTimestamp(dayAfter(start)),
    until: parseTimestamp(dayAfter(start + length)),
    reason: "audit",
  }));

const anyPolicy = fc
  .record({
    freeze: fc.array(anyWindow, { maxLength: 2 }),
    selfHeal: fc.constantFrom("off", "deny-only", "on"),
    unmanaged: fc.constantFrom("report", "adopt", "revoke"),
    limit: fc.constantFrom(20 * DAY, 366 * DAY),
  })
  .map(({ limit, ...given }) => ({
    ...POLICY,
    ...given,
    removals: { count: 100, percent: 100 },
    lostPaths: { count: 100, percent: 100 },
    maxValidity: { treaty: limit, attestation: limit },
  }));

const anyKeys = fc.option(anyWindow, { nil: null }).map((window) => [
  operatorKey("operator-root", {
    validFrom: window?.from ?? null,
    validUntil: window?.until ?? null,
  }),
]);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const present = <T>(items: readonly (T | null)[]): T[] => items.filter((item) => item !== null);

const anyDesired: fc.Arbitrary<Desired> = fc
  .record({
    policy: anyPolicy,
    genesisEnd: fc.constantFrom(2, 40, 4_000),
    operatorKeys: anyKeys,
    maxAge: maybe(fc.integer({ min: 20, max: 50 })),
    treaties: fc.tuple(...NAMES.map((name) => maybe(anyTreaty(name)))).map(present),
    attestations: fc.tuple(maybe(anyAttestation("sam"))).map(present),
    revoked: fc.boolean(),
    fed: fc.boolean(),
  })
  .map(({ policy, genesisEnd, operatorKeys, maxAge, treaties, attestations, revoked, fed }) => {
    const [first] = treaties;
    return desired({
      authority: authority({ policy, genesis: genesis("authority", dayAfter(genesisEnd)) }),
      operatorKeys,
      sovereigns: NAMES.map((name) =>
        sovereign(name, {
          feed: { url: null, maxAge: maxAge === null ? null : maxAge * DAY, suspend: false },
        }),
      ),
      treaties,
      attestations,
      revocations:
        revoked && first !== undefined ? [revocation("gone", { targetName: first.name })] : [],
      feeds: fed ? [feed("first", signedFeed("globex", 1, ["a-1"]))] : [],
    });
  });

const WRITES = [
  "UPDATE recognition_treaties SET status='suspended'",
  "UPDATE recognition_treaties SET status='revoked', revoked_at='2026-11-23T01:00:00+00:00', revocation_reason='incident'",
  "UPDATE recognition_treaties SET status='active', revoked_at=NULL, revocation_reason=NULL",
  "UPDATE membership_attestations SET status='active', revoked_at=NULL, revocation_reason=NULL",
  "UPDATE recognition_treaties SET treaty_json='{}'",
  "DELETE FROM membership_attestations",
  "INSERT INTO revoked_operator_keys SELECT key_id, '2026-11-23T01:00:00+00:00', 'incident', 'somebody' FROM concordat_operator_keys",
] as const;

interface Situation {
  readonly applied: readonly (readonly [Desired, number])[];
  /** Null: the tree that was applied last. */
  readonly wanted: Desired | null;
  readonly writes: readonly string[];
  readonly stranger: string | null;
  readonly polled: number | null;
}

const situation: fc.Arbitrary<Situation> = fc.record({
  applied: fc.array(fc.tuple(anyDesired, fc.constantFrom(0, HOUR, 3 * DAY)), { maxLength: 2 }),
  wanted: maybe(anyDesired),
  writes: fc.subarray([...WRITES], { maxLength: 2 }),
  stranger: fc.constantFrom(null, "authority", "somebody"),
  polled: maybe(fc.integer({ min: -5, max: 5 })),
});

/** Lives through a situation and looks at the state that it leaves, at the moment that it is then. */
function at(
  { applied, wanted, writes, stranger, polled }: Situation,
  look: (wanted: Desired, snapshot: Snapshot, now: Instant) => void,
): void {
  const world = new World();
  try {
    for (const [tree, seconds] of applied) {
      if (["ready", "no_changes"].includes(world.plan(tree).plan.verdict)) world.apply(tree);
      world.pass(seconds);
    }
    for (const sql of writes) outOfBand(world, sql);
    if (stranger !== null) foreignTreaty(world, OWN, "GLOBEX", stranger);
    foreignTreaty(world, "GLOBEX", "INITECH");
    const feedPolls = polled === null ? [] : [feedPoll("INITECH", dayAfter(polled))];
    const tree = wanted ?? applied.at(-1)?.[0] ?? desired();
    look(tree, { ...world.snapshot, feedPolls }, world.now);
  } finally {
    world.close();
  }
}

describe("the next moment at which a plan may change", () => {
  test("has no other plan before it", () => {
    fc.assert(
      fc.property(
        situation,
        fc.array(fc.integer({ min: 0, max: 50 * DAY }), { maxLength: 5 }),
        (given, offsets) => {
          at(given, (wanted, snapshot, now) => {
            const due = nextDue(wanted, snapshot, now);
            const plan = planAt(wanted, snapshot, now);
            const moments = offsets.map((seconds) => plusSeconds(now, seconds));
            if (due !== null) moments.push(before(due));
            for (const moment of moments.filter((item) => due === null || item < due))
              expect(planAt(wanted, snapshot, moment)).toEqual(plan);
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test("followed from one to the next misses no change", () => {
    fc.assert(
      fc.property(situation, (given) => {
        at(given, (wanted, snapshot, now) => {
          const jumps = [now];
          for (let due = nextDue(wanted, snapshot, now); due !== null;) {
            jumps.push(due);
            due = jumps.length > 50 ? null : nextDue(wanted, snapshot, due);
          }
          const plans = jumps.map((moment) => planAt(wanted, snapshot, moment));
          for (let seconds = 0; seconds <= 50 * DAY; seconds += 12 * HOUR) {
            const moment = plusSeconds(now, seconds);
            const jump = jumps.findLastIndex((item) => item <= moment);
            if (jump < 50) expect(planAt(wanted, snapshot, moment)).toEqual(plans[jump]);
          }
        });
      }),
      { numRuns: 15 },
    );
  });
});
