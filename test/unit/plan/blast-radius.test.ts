import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attestation, desired, OWN, revocation, treaty } from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";
import { foreignTreaty } from "../../helpers/out-of-band.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const both = desired({ treaties: [treaty("globex", "globex"), treaty("initech", "initech")] });

describe("the blast radius", () => {
  test("of a withdrawn treaty names the lost path, who stops accepting, and who is cut off", () => {
    world.apply(both);
    const { blast_radius: radius } = world.plan(
      desired({ treaties: [treaty("globex", "globex")] }),
    ).plan;
    expect(radius).toMatchObject({
      paths_before: 2,
      paths_after: 1,
      lost: [{ from: OWN, to: "INITECH", before: 1, after: null }],
      gained: [],
      longer: [],
      cut_off: ["INITECH"],
      by_change: [{ name: "initech", affected_accepting_sovereigns: [OWN] }],
    });
  });

  test("of a replacement that still recognises the same sovereign is empty", () => {
    world.apply(both);
    const wanted = desired({
      treaties: [treaty("globex", "globex", { metadata: { v: 2 } }), treaty("initech", "initech")],
    });
    expect(world.plan(wanted).plan.blast_radius).toMatchObject({
      lost: [],
      gained: [],
      cut_off: [],
      by_change: [
        { name: "globex", affected_accepting_sovereigns: [], attestations_no_longer_accepted: [] },
      ],
    });
  });

  test("counts paths through others: lost, gained and longer", () => {
    world.apply(both);
    foreignTreaty(world, "GLOBEX", "HOOLI");
    foreignTreaty(world, "INITECH", "GLOBEX");
    const { blast_radius: radius } = world.plan(
      desired({ treaties: [treaty("initech", "initech")] }),
    ).plan;
    expect(radius.lost).toEqual([]);
    expect(radius.longer).toEqual([
      { from: OWN, to: "GLOBEX", before: 1, after: 2 },
      { from: OWN, to: "HOOLI", before: 2, after: 3 },
    ]);
    expect(world.plan(desired()).plan.blast_radius.lost.map((path) => path.to)).toEqual([
      "GLOBEX",
      "HOOLI",
      "INITECH",
    ]);
  });

  test("of a revoked attestation names those who accept our attestations", () => {
    const sam = attestation("sam");
    world.apply(desired({ attestations: [sam] }));
    foreignTreaty(world, "GLOBEX", OWN);
    const stop = revocation("stop", { targetKind: "MembershipAttestation", targetName: "sam" });
    const { blast_radius: radius } = world.plan(
      desired({ attestations: [sam], revocations: [stop] }),
    ).plan;
    expect(radius.by_change).toMatchObject([
      {
        affected_accepting_sovereigns: ["GLOBEX"],
        attestations_no_longer_accepted: [world.snapshot.attestations[0]?.id],
      },
    ]);
  });

  test("of a grant shows the path gained", () => {
    const { blast_radius: radius } = world.plan(both).plan;
    expect(radius.gained.map((path) => path.to)).toEqual(["GLOBEX", "INITECH"]);
    expect(radius).toMatchObject({ paths_before: 0, paths_after: 2, by_change: [] });
  });
});
