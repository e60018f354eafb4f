import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { parseAttestation, parseFeed, parseTreaty } from "../../../src/protocol/documents.js";
import { parseTimestamp, plusSeconds } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { signatureHolds, verifyTreaty } from "../../../src/protocol/verify.js";
import { attestation, desired, OWN, revocation, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = desired({
  treaties: [treaty("globex", "globex")],
  attestations: [attestation("sam")],
});
const ourKey = keyOf("authority").publicKey;

describe("what an apply signs", () => {
  test("is a treaty that verifies for the sovereign's partners, from its first to its last second", () => {
    world.apply(wanted);
    const document = parseTreaty(parseJson(world.snapshot.treaties[0]?.json ?? ""));
    const options = { issuer: OWN, subject: "GLOBEX" };
    expect(verifyTreaty(document, [ourKey], { ...options, now: world.now })).toMatchObject({
      accepted: true,
    });
    const skew = 300;
    const end = plusSeconds(world.now, 168 * 3_600 + skew);
    expect(verifyTreaty(document, [ourKey], { ...options, now: end }).reason).toBe("accepted");
    expect(verifyTreaty(document, [ourKey], { ...options, now: plusSeconds(end, 1) }).reason).toBe(
      "outside_validity_window",
    );
  });

  test("is an attestation and a feed of ours", () => {
    world.apply(wanted);
    const signed = parseAttestation(parseJson(world.snapshot.attestations[0]?.json ?? ""));
    expect(signatureHolds(signed, [ourKey])).not.toBeNull();
    const feed = parseFeed(parseJson(world.writer.publishedFeed()?.json ?? ""));
    expect(signatureHolds(feed, [ourKey])).not.toBeNull();
  });

  test("starts when the resource says, and ends that much later", () => {
    const from = parseTimestamp("2026-12-01T00:00:00Z");
    world.apply(
      desired({
        treaties: [
          treaty("globex", "globex", { validity: { from, until: null, duration: 3_600 } }),
        ],
      }),
    );
    const { body } = parseTreaty(parseJson(world.snapshot.treaties[0]?.json ?? ""));
    expect(body).toMatchObject({
      issued_at: "2026-11-23T00:00:00Z",
      valid_from: from,
      expires_at: "2026-12-01T01:00:00Z",
    });
  });
});

describe("an apply is refused and changes nothing", () => {
  test("with a key that is not the genesis's", () => {
    const { digest } = world.snapshot;
    const wrong = () => world.apply(wanted, { key: keyOf("somebody else") });
    expect(wrong).toThrow(expect.objectContaining({ code: "authority_key_mismatch", exitCode: 6 }));
    expect(world.snapshot.digest).toBe(digest);
  });

  test("when the state has moved since its plan", () => {
    const { snapshot, now, random } = world;
    const planned = world.plan(wanted);
    world.apply(desired({ treaties: [treaty("initech", "initech")] }));
    const { digest } = world.snapshot;
    const late = () =>
      applyPlan(world.writer, {
        desired: wanted,
        snapshot,
        planned,
        key: keyOf("authority"),
        now,
        random,
        allowances: NO_ALLOWANCES,
      });
    expect(late).toThrow(expect.objectContaining({ code: "stale_plan", exitCode: 4 }));
    expect(world.snapshot.digest).toBe(digest);
    expect([...world.writer.auditEvents({ type: "plan_applied" })]).toHaveLength(1);
  });

  test("when one operation of it cannot be done", () => {
    const { snapshot, now, random } = world;
    const { plan, steps } = world.plan(wanted);
    const planned = {
      plan,
      steps: [
        ...steps,
        { do: "revoke_treaty", id: "no such treaty", reason: "x", incident: null } as const,
      ],
    };
    const broken = () =>
      applyPlan(world.writer, {
        desired: wanted,
        snapshot,
        planned,
        key: keyOf("authority"),
        now,
        random,
        allowances: NO_ALLOWANCES,
      });
    expect(broken).toThrow(expect.objectContaining({ code: "internal" }));
    expect(world.snapshot).toEqual(snapshot);
    expect([...world.writer.auditEvents({})]).toEqual([]);
  });
});

describe("the audit of an apply", () => {
  test("has an event for every change of trust, and one for the plan", () => {
    world.apply(wanted);
    const stop = revocation("stop", {
      targetName: "globex",
      reason: "key_compromise",
      incident: "INC-1",
    });
    world.apply({ ...wanted, revocations: [stop] });
    const types = [...world.writer.auditEvents({})].map((event) => event.event_type);
    expect(types.toSorted()).toEqual([
      "authority_configured",
      "membership_attestation_issued",
      "operator_key_saved",
      "plan_applied",
      "plan_applied",
      "recognition_treaty_issued",
      "recognition_treaty_revoked",
      "sovereign_revocation_feed_published",
      "sovereign_saved",
      "sovereign_saved",
    ]);
    const [revoked] = [...world.writer.auditEvents({ type: "recognition_treaty_revoked" })];
    expect(revoked?.details).toEqual({
      treaty_id: world.snapshot.treaties[0]?.id,
      reason: "key_compromise",
      incident: "INC-1",
    });
  });

  test("names who asked for it, where somebody did", () => {
    const { snapshot, now, random } = world;
    const planned = world.plan(wanted);
    const key = keyOf("authority");
    const allowances = { ...NO_ALLOWANCES, removals: 5 };
    const input = { desired: wanted, snapshot, planned, key, now, random, allowances };
    applyPlan(world.writer, { ...input, requestedBy: "operator" });
    world.apply(desired());
    const asked = [...world.writer.auditEvents({ type: "plan_applied" })].map(({ details }) => [
      details["allow_removals"],
      details["requested_by"],
    ]);
    expect(asked).toEqual([
      [5, "operator"],
      [null, undefined],
    ]);
  });

  test("never holds what was signed", () => {
    world.apply(wanted);
    const text = JSON.stringify([...world.writer.auditEvents({})]);
    expect(text).not.toMatch(/signatures|"sig"|_json/);
  });
});
