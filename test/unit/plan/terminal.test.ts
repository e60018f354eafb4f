/** Ids that were revoked stay so, whatever happens to their rows and names. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  attestation,
  authority,
  desired,
  feed,
  OWN,
  POLICY,
  revocation,
  signedFeed,
  treaty,
} from "../../helpers/desired.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const globex = treaty("globex", "globex");
const DAY = 86_400;

function activate(id: string): void {
  outOfBand(
    world,
    "UPDATE recognition_treaties SET status='active', revoked_at=NULL, revocation_reason=NULL WHERE treaty_id=?",
    id,
  );
}

function firstId(): string {
  return world.snapshot.treaties[0]?.id ?? "";
}

/** The row is seen as reactivated, revoked again, and then there is nothing left to do. */
function expectRevokedAgain(tree: Parameters<World["plan"]>[0], id: string): void {
  activate(id);
  expect(world.plan(tree).plan).toMatchObject({
    drift: [{ class: "reactivated", id }],
    changes: [{ action: "revoke", id }],
  });
  world.apply(tree);
  expect(world.snapshot.treaties.find((row) => row.id === id)?.status).toBe("revoked");
  expect(world.plan(tree).plan).toMatchObject({ verdict: "no_changes", drift: [] });
}

describe("an id made active outside git is revoked again", () => {
  test("when a Revocation by id had ended an unmanaged treaty", () => {
    world.apply(desired());
    const id = foreignTreaty(world, OWN, "HOOLI", "authority");
    const tree = desired({ revocations: [revocation("stop", { targetId: id })] });
    world.apply(tree);
    expectRevokedAgain(tree, id);
  });

  test("when its name was reissued", () => {
    world.apply(desired({ treaties: [globex] }));
    const id = firstId();
    const stop = revocation("stop", { targetName: "globex" });
    world.apply(desired({ treaties: [globex], revocations: [stop] }));
    const tree = desired({
      treaties: [treaty("globex", "globex", { reissue: 1 })],
      revocations: [stop],
    });
    world.apply(tree);
    expectRevokedAgain(tree, id);
  });

  test("when it was replaced, and is not adopted either", () => {
    const adopt = authority({ policy: { ...POLICY, unmanaged: "adopt" } });
    world.apply(desired({ authority: adopt, treaties: [globex] }));
    const id = firstId();
    const other = treaty("globex", "globex", { allowedRoles: ["role:operator"] });
    world.apply(desired({ authority: adopt, treaties: [other] }));
    expectRevokedAgain(desired({ authority: adopt, treaties: [other] }), id);
    activate(id);
    const again = desired({ authority: adopt, treaties: [other, treaty("again", "globex")] });
    expect(
      world
        .plan(again)
        .plan.changes.map((change) => change.action)
        .toSorted(),
    ).toEqual(["issue", "revoke"]);
  });
});

test("an id is not issued again because its row was lost", () => {
  const other = desired({
    treaties: [treaty("globex", "globex", { allowedRoles: ["role:operator"] })],
  });
  world.apply(desired({ treaties: [globex] }));
  const id = firstId();
  world.apply(other);
  outOfBand(world, "DELETE FROM recognition_treaties WHERE treaty_id=?", id);
  world.apply(desired({ treaties: [globex] }));
  expect(world.snapshot.treaties.some((row) => row.id === id)).toBe(false);
});

test("our feed never takes a revocation back, whatever became of the row", () => {
  const sam = attestation("sam");
  const stop = (name: string) =>
    revocation(`stop-${name}`, { targetKind: "MembershipAttestation", targetName: name });
  world.apply(desired({ attestations: [sam] }));
  const id = world.snapshot.attestations[0]?.id ?? "";
  const tree = desired({ attestations: [sam], revocations: [stop("sam")] });
  world.apply(tree);
  outOfBand(world, "DELETE FROM membership_attestations");
  const more = { ...tree, attestations: [sam, attestation("kim")] };
  world.apply(more);
  world.apply({ ...more, revocations: [stop("sam"), stop("kim")] });
  const published: unknown = JSON.parse(world.writer.publishedFeed()?.json ?? "null");
  expect(published).toMatchObject({
    sequence: 2,
    revoked_attestation_ids: expect.arrayContaining([id]),
  });
});

describe("a revocation", () => {
  test("outside git and a raised reissue need one apply", () => {
    world.apply(desired({ treaties: [globex] }));
    outOfBand(
      world,
      "UPDATE recognition_treaties SET status='revoked', revoked_at='2026-11-23T01:00:00+00:00'",
    );
    const tree = desired({ treaties: [treaty("globex", "globex", { reissue: 1 })] });
    world.apply(tree);
    expect(world.plan(tree).plan.verdict).toBe("no_changes");
    expect(world.snapshot.treaties.map((row) => row.status).toSorted()).toEqual([
      "active",
      "revoked",
    ]);
  });

  test("turned from a dead target to another is pinned in the same apply", () => {
    const both = [
      treaty("initech", "initech", { validity: { from: null, until: null, duration: DAY } }),
      globex,
    ];
    const stop = revocation("stop", { targetName: "initech" });
    world.apply(desired({ treaties: both }));
    world.apply(desired({ treaties: both, revocations: [stop] }));
    world.pass(2 * DAY);
    const turned = { ...stop, targetName: "globex" };
    const tree = desired({
      treaties: [both[0] ?? globex, treaty("globex", "globex", { reissue: 1 })],
      revocations: [turned],
    });
    world.apply(tree);
    expect(world.plan(tree).plan.verdict).toBe("no_changes");
    const active = world.snapshot.treaties.filter(
      (row) => row.subject === "GLOBEX" && row.status === "active",
    );
    expect(active).toHaveLength(1);
  });
});

describe("a renewal", () => {
  test("starts anew under a fixed validity.from, and happens once", () => {
    const validity = {
      from: parseTimestamp("2026-11-23T00:00:00Z"),
      until: null,
      duration: 4 * DAY,
    };
    const tree = desired({
      treaties: [treaty("globex", "globex", { validity, renewBefore: DAY })],
    });
    world.apply(tree);
    world.pass(3 * DAY);
    world.apply(tree);
    expect(world.plan(tree).plan.verdict).toBe("no_changes");
  });

  test("over a limit that was lowered since does not happen, with a warning", () => {
    const week = desired({ treaties: [treaty("globex", "globex", { renewBefore: DAY })] });
    const lowered = authority({
      policy: { ...POLICY, maxValidity: { treaty: DAY, attestation: DAY } },
    });
    world.apply(week);
    world.apply({ ...week, authority: lowered });
    world.pass(6 * DAY);
    const { plan } = world.plan({ ...week, authority: lowered });
    expect(plan.changes).toEqual([]);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: "validity_over_limit", level: "warning" }),
    );
  });
});

test("a treaty narrowed to a window that is past is revoked, not kept as it was", () => {
  world.apply(
    desired({
      treaties: [treaty("globex", "globex", { allowedRoles: ["role:client", "role:operator"] })],
    }),
  );
  const validity = { from: null, until: parseTimestamp("2026-11-22T00:00:00Z"), duration: null };
  const tree = desired({ treaties: [treaty("globex", "globex", { validity })] });
  world.apply(tree);
  expect(world.snapshot.treaties.map((row) => row.status)).toEqual(["revoked"]);
  expect(world.plan(tree).plan.changes).toEqual([]);
});

describe("feeds of one commit", () => {
  const imported = () => world.snapshot.feeds.map((row) => [row.issuer, row.sequence]);

  test("are imported by sequence, whatever their names", () => {
    world.apply(
      desired({
        feeds: [
          feed("a", signedFeed("globex", 2, ["x"])),
          feed("b", signedFeed("globex", 1, ["x"])),
        ],
      }),
    );
    expect(imported()).toHaveLength(2);
  });

  test("refuse before they accept", () => {
    const bad = signedFeed("globex", 1, ["x"]);
    world.apply(desired({ feeds: [feed("z", bad)] }));
    world.apply(
      desired({
        feeds: [feed("z", bad, false), feed("a", signedFeed("globex", 1, ["y"], "corrected"))],
      }),
    );
    expect(world.snapshot.importedRevocations.map((row) => row.attestationId)).toEqual(["y"]);
  });

  test("with an id that another sovereign's feed bears are an error", () => {
    world.apply(desired({ feeds: [feed("g", signedFeed("globex", 1, [], "same"))] }));
    world.apply(desired());
    expect(
      world.plan(desired({ feeds: [feed("i", signedFeed("initech", 1, [], "same"))] })).plan,
    ).toMatchObject({
      verdict: "refused",
      findings: [{ code: "feed_equivocation" }],
    });
  });

  test("cannot be refused by another text with the same id", () => {
    world.apply(desired({ feeds: [feed("g", signedFeed("globex", 1, ["x"], "same"))] }));
    const other = feed("g", signedFeed("globex", 1, ["y"], "same"), false);
    expect(world.plan(desired({ feeds: [other] })).plan.findings).toMatchObject([
      { code: "feed_equivocation" },
    ]);
  });
});

describe("a row that cannot be read", () => {
  test("in our name is revoked as signed by nobody", () => {
    world.apply(desired());
    const id = foreignTreaty(world, OWN, "HOOLI", "authority");
    outOfBand(world, "UPDATE recognition_treaties SET treaty_json='{}'");
    expect(world.plan(desired()).plan).toMatchObject({
      drift: [{ class: "unknown_key" }],
      changes: [{ action: "revoke", id }],
    });
  });

  test("with an end that is no time is named", () => {
    world.apply(desired({ treaties: [globex] }));
    outOfBand(world, "UPDATE recognition_treaties SET expires_at='soon'");
    expect(() => world.plan(desired({ treaties: [globex] }))).toThrow(
      expect.objectContaining({ code: "state_corrupt" }),
    );
  });
});
