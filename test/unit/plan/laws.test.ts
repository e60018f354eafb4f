import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Desired } from "../../../src/model/desired.js";
import {
  attestation,
  authority,
  desired,
  POLICY,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

const NAMES = ["globex", "initech", "hooli"] as const;
const policy = {
  ...POLICY,
  removals: { count: 100, percent: 100 },
  lostPaths: { count: 100, percent: 100 },
};

const treatyOf = (name: string) =>
  fc
    .record({
      roles: fc.subarray(["role:client", "role:operator"], { minLength: 1 }),
      days: fc.constantFrom(2, 7),
      renew: fc.boolean(),
      reissue: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ roles, days, renew, reissue }) =>
      treaty(name, name, {
        allowedRoles: roles,
        validity: { from: null, until: null, duration: days * 86_400 },
        renewBefore: renew ? 86_400 : null,
        reissue,
      }),
    );

const attestationOf = (name: string) =>
  fc
    .record({
      roles: fc.subarray(["role:client", "role:anchor"], { minLength: 1 }),
      reissue: fc.integer({ min: 0, max: 1 }),
    })
    .map((given) => attestation(name, given));

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const present = <T>(items: readonly (T | null)[]): T[] => items.filter((item) => item !== null);

/** Any tree over three names. */
const anyDesired: fc.Arbitrary<Desired> = fc
  .tuple(
    fc.tuple(...NAMES.map((name) => maybe(treatyOf(name)))),
    fc.tuple(maybe(attestationOf("sam")), maybe(attestationOf("kim"))),
  )
  .map(([treaties, attestations]) =>
    desired({
      authority: authority({ policy }),
      sovereigns: NAMES.map((name) => sovereign(name)),
      treaties: present(treaties),
      attestations: present(attestations),
    }),
  );

const history = fc.array(fc.tuple(anyDesired, fc.constantFrom(0, 3_600, 3 * 86_400)), {
  minLength: 1,
  maxLength: 6,
});

/** Runs a history of trees, with time passing in between, and looks after every step. */
function live(
  steps: readonly (readonly [Desired, number])[],
  look: (world: World, wanted: Desired) => void,
): void {
  const world = new World();
  try {
    for (const [wanted, seconds] of steps) {
      world.apply(wanted);
      look(world, wanted);
      world.pass(seconds);
    }
  } finally {
    world.close();
  }
}

describe("the laws of planning", () => {
  test("applying a plan makes the next plan empty", () => {
    fc.assert(
      fc.property(history, (steps) => {
        live(steps, (world, wanted) => {
          const { plan } = world.plan(wanted);
          expect(plan).toMatchObject({ verdict: "no_changes", changes: [] });
          expect(plan.drift.filter((item) => item.class !== "expired")).toEqual([]);
        });
      }),
      { numRuns: 40 },
    );
  });

  test("a plan is deterministic", () => {
    fc.assert(
      fc.property(history, anyDesired, (steps, next) => {
        live(steps, (world) => {
          expect(world.plan(structuredClone(next)).plan).toEqual(world.plan(next).plan);
        });
      }),
      { numRuns: 20 },
    );
  });

  test("no id that was ever revoked is active again", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const revoked = new Set<string>();
        live(steps, (world) => {
          for (const row of [...world.snapshot.treaties, ...world.snapshot.attestations]) {
            if (row.status === "revoked") revoked.add(row.id);
            else expect(revoked.has(row.id)).toBe(false);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  test("a name has at most one active object, and an unwanted name none", () => {
    fc.assert(
      fc.property(history, (steps) => {
        live(steps, (world, wanted) => {
          for (const name of NAMES) {
            const active = world.snapshot.treaties.filter(
              (row) =>
                row.subject === name.toUpperCase() &&
                row.status === "active" &&
                Date.parse(row.expiresAt) * 1_000 > Number(world.now),
            );
            expect(active.length).toBeLessThanOrEqual(
              wanted.treaties.some((item) => item.name === name) ? 1 : 0,
            );
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});
