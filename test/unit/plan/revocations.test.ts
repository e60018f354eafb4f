import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DesiredRevocation } from "../../../src/model/desired.js";
import { attestation, desired, revocation, treaty } from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const globex = treaty("globex", "globex");
const byName = revocation("stop-globex", { targetName: "globex", reason: "key_compromise" });

function revoked(...revocations: readonly DesiredRevocation[]) {
  return desired({ treaties: [globex], revocations });
}

describe("a revocation", () => {
  test("by name revokes the treaty with its reason, and the next plan is empty", () => {
    world.apply(revoked());
    const { plan } = world.plan(revoked(byName));
    expect(plan.changes.map((change) => [change.kind, change.action, change.risk])).toEqual([
      ["RecognitionTreaty", "revoke", "reduces"],
      ["Revocation", "record", "keeps"],
    ]);
    world.apply(revoked(byName));
    expect(world.snapshot.treaties[0]).toMatchObject({
      status: "revoked",
      reason: "key_compromise",
    });
    expect(world.plan(revoked(byName)).plan).toMatchObject({
      verdict: "no_changes",
      skipped: [{ reason: "revoked" }],
    });
  });

  test("by id does the same", () => {
    world.apply(revoked());
    const id = world.snapshot.treaties[0]?.id ?? "";
    world.apply(revoked(revocation("stop", { targetId: id })));
    expect(world.snapshot.treaties[0]?.status).toBe("revoked");
  });

  test("that arrives with its target keeps it from ever being issued", () => {
    world.apply(revoked(byName));
    expect(world.snapshot.treaties).toEqual([]);
    expect(world.plan(revoked(byName)).plan.verdict).toBe("no_changes");
  });

  test("is not undone by an edit of the treaty", () => {
    world.apply(revoked());
    world.apply(revoked(byName));
    const edited = treaty("globex", "globex", { allowedRoles: ["role:operator"] });
    expect(world.plan(desired({ treaties: [edited], revocations: [byName] })).plan.changes).toEqual(
      [],
    );
  });

  test("touches the object it was written for, not the one a raised reissue makes", () => {
    world.apply(revoked());
    world.apply(revoked(byName));
    const again = desired({
      treaties: [treaty("globex", "globex", { reissue: 1 })],
      revocations: [byName],
    });
    world.apply(again);
    expect(world.snapshot.treaties.map((row) => row.status).toSorted()).toEqual([
      "active",
      "revoked",
    ]);
    expect(world.plan(again).plan.verdict).toBe("no_changes");
    const second = revocation("stop-globex-again", { targetName: "globex" });
    world.apply({ ...again, revocations: [byName, second] });
    expect(world.snapshot.treaties.map((row) => row.status)).toEqual(["revoked", "revoked"]);
  });

  test("may not be deleted while its target has not expired", () => {
    world.apply(revoked());
    world.apply(revoked(byName));
    expect(world.plan(revoked()).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "revocation_deleted", level: "error" }],
    });
    expect(() => world.apply(revoked())).toThrow(
      expect.objectContaining({ code: "plan_refused", exitCode: 3 }),
    );
  });

  test("may be deleted once its target has expired", () => {
    world.apply(revoked());
    world.apply(revoked(byName));
    world.pass(8 * 86_400);
    const { plan } = world.plan(desired());
    expect(plan.verdict).toBe("ready");
    expect(plan.changes).toMatchObject([{ kind: "Revocation", action: "forget" }]);
  });

  test("may not be turned to another target", () => {
    const two = [globex, treaty("initech", "initech")];
    world.apply(desired({ treaties: two }));
    world.apply(desired({ treaties: two, revocations: [byName] }));
    const turned = { ...byName, targetName: "initech" };
    expect(
      world.plan(desired({ treaties: two, revocations: [turned] })).plan.findings,
    ).toMatchObject([{ code: "revocation_deleted" }]);
  });

  test("of an id that nobody knows is an error, not silence", () => {
    const { plan } = world.plan(
      revoked(revocation("typo", { targetId: "00000000-0000-4000-8000-000000000000" })),
    );
    expect(plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "revocation_target_unknown" }],
    });
  });

  test("and a raised reissue in one commit revoke the old object and issue the new", () => {
    world.apply(revoked());
    const wanted = desired({
      treaties: [treaty("globex", "globex", { reissue: 1 })],
      revocations: [byName],
    });
    world.apply(wanted);
    expect(world.snapshot.treaties.map((row) => row.status).toSorted()).toEqual([
      "active",
      "revoked",
    ]);
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
  });
});

describe("our own feed", () => {
  const sam = attestation("sam");

  test("is published at the first apply, and again only when what is revoked changes", () => {
    expect(world.apply(desired({ attestations: [sam] })).feedSequence).toBe(0);
    expect(
      world.apply(desired({ attestations: [sam], treaties: [globex] })).feedSequence,
    ).toBeNull();
    const stop = revocation("stop-sam", {
      targetKind: "MembershipAttestation",
      targetName: "sam",
      reason: "left",
    });
    expect(
      world.apply(desired({ attestations: [sam], treaties: [globex], revocations: [stop] }))
        .feedSequence,
    ).toBe(1);
    const feed: unknown = JSON.parse(world.writer.publishedFeed()?.json ?? "null");
    const id = world.snapshot.attestations[0]?.id ?? "";
    expect(feed).toMatchObject({
      sequence: 1,
      revoked_attestation_ids: [id],
      revocation_reasons: { [id]: "left" },
    });
  });
});
