/** What cannot be judged, and what asking may cost. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/model/json.js";
import { keyOf } from "../helpers/keys.js";
import { outOfBand } from "../helpers/out-of-band.js";
import { post, signedAttestation, signedTreaty } from "../helpers/posted.js";
import { Served } from "../helpers/served.js";
import { ATTESTATION, TREATY, Verifying, WITH_TREATY } from "../helpers/verifying.js";
import { World } from "../helpers/world.js";

const GLOBEX = keyOf("sovereign globex").publicKey;
const INITECH = keyOf("sovereign initech").publicKey;

describe("what cannot be judged is refused as in the reference", () => {
  const keys = Array.from({ length: 17 }, () => GLOBEX);
  const signatures = Array.from({ length: 17 }, () => ({ key_id: "k", sig: "s" }));
  test.each<[string, JsonObject, number, string]>([
    [TREATY, {}, 422, "invalid_recognition_treaty"],
    [TREATY, { treaty: 7 }, 422, "invalid_recognition_treaty"],
    [TREATY, { treaty: signedTreaty(), issuer_public_keys: "k" }, 422, "invalid_public_keys"],
    [TREATY, { treaty: signedTreaty(), issuer_public_keys: [""] }, 422, "invalid_public_keys"],
    [TREATY, { treaty: signedTreaty(), issuer_public_keys: [7] }, 422, "invalid_public_keys"],
    [TREATY, { treaty: signedTreaty(), issuer_public_keys: keys }, 422, "invalid_public_keys"],
    [TREATY, { treaty: signedTreaty(), expected_issuer_sovereign_id: 7 }, 400, "bad_request"],
    [
      TREATY,
      { treaty: { ...(signedTreaty() as JsonObject), signatures } },
      422,
      "invalid_recognition_treaty",
    ],
    [
      TREATY,
      {
        treaty: { ...(signedTreaty() as JsonObject), signatures: signatures.slice(0, 16) },
        issuer_public_keys: keys.slice(0, 5),
      },
      422,
      "invalid_recognition_treaty",
    ],
    [WITH_TREATY, { attestation: signedAttestation() }, 422, "invalid_attestation_or_treaty"],
    [WITH_TREATY, { treaty: signedTreaty() }, 422, "invalid_attestation_or_treaty"],
    [
      WITH_TREATY,
      {
        attestation: signedAttestation(),
        treaty: signedTreaty({ subject_public_keys: Array<string>(65).fill(GLOBEX) }),
        treaty_issuer_public_keys: [GLOBEX],
      },
      422,
      "invalid_attestation_or_treaty",
    ],
    [ATTESTATION, { attestation: null }, 422, "invalid_attestation_or_policy"],
    [
      ATTESTATION,
      { attestation: signedAttestation(), recognition_policy: null },
      422,
      "invalid_attestation_or_policy",
    ],
    [
      ATTESTATION,
      {
        attestation: signedAttestation(),
        recognition_policy: {
          local_sovereign_id: "ACME",
          recognized_issuers: [{ sovereign_id: "GLOBEX", public_keys: [] }],
        },
      },
      422,
      "invalid_attestation_or_policy",
    ],
  ])("%s %#", async (url, body, status, code) => {
    const asked = Verifying.over();
    const response = await post(asked.served, url, body);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ error: { code } });
  });

  test("before the first apply there is nobody to judge", async () => {
    const world = new World();
    const served = new Served(world);
    const response = await post(served, TREATY, { treaty: signedTreaty() });
    await served.close();
    world.close();
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ error: { details: { reasons: ["no_authority"] } } });
  });

  test("a stored treaty that cannot be read is our fault, and not the caller's", async () => {
    const asked = Verifying.over();
    const own = await asked.ownTreaty();
    outOfBand(asked.world, "UPDATE recognition_treaties SET treaty_json = '{}'");
    const response = await post(asked.served, TREATY, { treaty: own });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ error: { details: { reasons: ["state_corrupt"] } } });
  });
});

describe("asking leaves no trace that grows", () => {
  const body = { treaty: signedTreaty(), issuer_public_keys: [GLOBEX] };

  test("all are counted, one of a minute and a type is written down", async () => {
    const asked = Verifying.over();
    for (let count = 0; count < 5; count += 1) await asked.verdict(TREATY, body);
    await asked.verdict(TREATY, { ...body, issuer_public_keys: [INITECH] });
    const long = signedAttestation({ attestation_id: `${"x".repeat(127)}\u{1F600}y` });
    await asked.verdict(WITH_TREATY, { attestation: long, treaty: await asked.ownTreaty() });
    expect(asked.events).toEqual([
      {
        type: "recognition_treaty_verified",
        details: {
          accepted: true,
          reason: "accepted",
          trust_basis: "caller_supplied_keys",
          treaty_id: "treaty-1",
          issuer_sovereign_id: "GLOBEX",
          subject_sovereign_id: "INITECH",
          count: 1,
          since: "2026-11-23T00:00:00Z",
        },
      },
      {
        type: "treaty_attestation_verified",
        details: expect.objectContaining({ attestation_id: "x".repeat(127), count: 1 }) as unknown,
      },
    ]);
    asked.world.pass(59);
    await asked.verdict(TREATY, body);
    expect(asked.events).toHaveLength(2);
    asked.world.pass(1);
    await asked.verdict(TREATY, { ...body, issuer_public_keys: [INITECH] });
    expect(asked.events[2]?.details).toMatchObject({
      count: 7,
      since: "2026-11-23T00:00:00Z",
      reason: "invalid_signature",
    });
    const name = "concordat_verifications_total";
    expect(
      await asked.served.metric(`${name}{type="treaty",accepted="true",reason="accepted"}`),
    ).toBe(6);
    expect(
      await asked.served.metric(
        `${name}{type="treaty",accepted="false",reason="invalid_signature"}`,
      ),
    ).toBe(2);
  });

  test("the state is as it was", async () => {
    const asked = Verifying.over();
    const { generation, digest } = asked.world.snapshot;
    const written = [...asked.world.writer.auditEvents({})].length;
    for (let count = 0; count < 10; count += 1) await asked.verdict(TREATY, body);
    expect(asked.world.snapshot).toMatchObject({ generation, digest });
    expect([...asked.world.writer.auditEvents({})]).toHaveLength(written);
  });

  test("an address may ask so often a minute, over all routes, whatever it asks", async () => {
    const asked = Verifying.over({}, 3);
    const ask = async (url: string, from: string): Promise<number> =>
      (await post(asked.served, url, "{", { from })).statusCode;
    expect(await ask(TREATY, "192.0.2.1")).toBe(400);
    expect(await ask(WITH_TREATY, "192.0.2.1")).toBe(400);
    expect(await ask(ATTESTATION, "192.0.2.1")).toBe(400);
    const refused = await post(asked.served, TREATY, body, { from: "192.0.2.1" });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBe("60");
    expect(refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    expect(await ask(TREATY, "192.0.2.2")).toBe(400);
    asked.world.pass(60);
    expect(await ask(TREATY, "192.0.2.1")).toBe(400);
  });
});
