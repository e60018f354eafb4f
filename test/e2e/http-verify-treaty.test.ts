/** What is said of a treaty: every reason in the order of the rules, and what the state adds to them. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/model/json.js";
import { JsonFloat } from "../../src/model/json.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { revocation, treaty } from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { outOfBand } from "../helpers/out-of-band.js";
import { post, signedTreaty } from "../helpers/posted.js";
import { TREATY, Verifying } from "../helpers/verifying.js";

const GLOBEX = keyOf("sovereign globex").publicKey;
const INITECH = keyOf("sovereign initech").publicKey;

describe("a treaty", () => {
  const keys = { issuer_public_keys: [GLOBEX] };

  test("of another is judged under the caller's keys, and the answer names all that was judged", async () => {
    const asked = Verifying.over();
    expect(await asked.verdict(TREATY, { treaty: signedTreaty(), ...keys })).toEqual({
      accepted: true,
      reason: "accepted",
      trust_basis: "caller_supplied_keys",
      treaty_id: "treaty-1",
      issuer_sovereign_id: "GLOBEX",
      subject_sovereign_id: "INITECH",
    });
    expect(
      await asked.reason(TREATY, { treaty: signedTreaty(), issuer_public_keys: [INITECH] }),
    ).toBe("invalid_signature");
    expect(
      await asked.reason(TREATY, { treaty: signedTreaty(), issuer_public_keys: [INITECH, GLOBEX] }),
    ).toBe("accepted");
    expect(
      await asked.reason(TREATY, { treaty: signedTreaty(), issuer_public_keys: ["no key"] }),
    ).toBe("invalid_signature");
  });

  test.each<[string, JsonObject]>([
    ["wrong_issuer", { treaty: signedTreaty(), expected_issuer_sovereign_id: "OTHER" }],
    ["wrong_subject", { treaty: signedTreaty(), expected_subject_sovereign_id: "OTHER" }],
    ["bad_status", { treaty: signedTreaty({ status: "suspended" }) }],
    [
      "outside_validity_window",
      { treaty: signedTreaty({ valid_from: parseTimestamp("2026-11-23T00:05:01Z") }) },
    ],
    ["accepted", { treaty: signedTreaty({ valid_from: parseTimestamp("2026-11-23T00:05:00Z") }) }],
    ["missing_signature", { treaty: { ...(signedTreaty() as JsonObject), signatures: [] } }],
    ["invalid_signature", { treaty: signedTreaty({}, "sovereign initech") }],
    ["accepted", { treaty: signedTreaty(), expected_issuer_sovereign_id: "" }],
    [
      "accepted",
      {
        treaty: signedTreaty(),
        expected_issuer_sovereign_id: "GLOBEX",
        expected_subject_sovereign_id: "INITECH",
      },
    ],
  ])("%s", async (expected, body) => {
    const asked = Verifying.over();
    expect(await asked.reason(TREATY, { ...body, ...keys })).toBe(expected);
  });

  test("without the caller's keys holds under those that our treaties in force recognise", async () => {
    const asked = Verifying.over();
    for (const none of [{}, { issuer_public_keys: [] }, { issuer_public_keys: null }]) {
      expect(await asked.verdict(TREATY, { treaty: signedTreaty(), ...none })).toMatchObject({
        accepted: true,
        trust_basis: "recognized_issuer_keys",
      });
    }
    asked.world.pass(169 * 3_600);
    expect(await asked.verdict(TREATY, { treaty: signedTreaty() })).toMatchObject({
      accepted: false,
      reason: "issuer_not_recognized",
      trust_basis: "recognized_issuer_keys",
    });
  });

  test("of an issuer that no treaty of ours in force recognises is not recognised", async () => {
    const treaties = [treaty("globex", "globex")];
    const asked = Verifying.over({
      treaties,
      revocations: [revocation("end", { targetName: "globex" })],
    });
    expect(await asked.reason(TREATY, { treaty: signedTreaty() })).toBe("issuer_not_recognized");
    expect(await asked.reason(TREATY, { treaty: signedTreaty(), ...keys })).toBe("accepted");
  });

  test("a row that is not signed by us recognises nobody", async () => {
    const asked = Verifying.over();
    outOfBand(
      asked.world,
      "UPDATE recognition_treaties SET treaty_json = replace(treaty_json, ?, ?)",
      GLOBEX,
      INITECH,
    );
    const forged = signedTreaty({}, "sovereign initech");
    expect(await asked.reason(TREATY, { treaty: forged })).toBe("issuer_not_recognized");
  });

  test("in our name holds only as we hold it, under our key, until we revoke it", async () => {
    const asked = Verifying.over();
    const own = await asked.ownTreaty();
    const answer = { trust_basis: "this_authority", issuer_sovereign_id: "ACME" };
    expect(await asked.verdict(TREATY, { treaty: own })).toMatchObject({
      ...answer,
      accepted: true,
    });
    const key = keyOf("authority").publicKey;
    expect(await asked.reason(TREATY, { treaty: own, issuer_public_keys: [key] })).toBe("accepted");
    const touched = { ...own, issued_by: "another" };
    expect(await asked.verdict(TREATY, { treaty: touched })).toMatchObject({
      ...answer,
      reason: "not_held",
    });
    const unknown = signedTreaty({ issuer_sovereign_id: "ACME" }, "authority");
    expect(await asked.reason(TREATY, { treaty: unknown })).toBe("not_held");

    const refused = await post(asked.served, TREATY, { treaty: own, ...keys });
    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({ error: { code: "caller_keys_not_accepted" } });

    const revocations = [revocation("end", { targetName: "globex" })];
    asked.apply({ revocations });
    expect(await asked.reason(TREATY, { treaty: own })).toBe("locally_revoked");
  });

  test("numbers keep their kind: 1.0 is signed as another value than 1", async () => {
    const asked = Verifying.over();
    const float = signedTreaty({ metadata: { weight: new JsonFloat(1) } });
    expect(await asked.reason(TREATY, { treaty: float, ...keys })).toBe("accepted");
    const integer = { ...(float as JsonObject), metadata: { weight: 1 } };
    expect(await asked.reason(TREATY, { treaty: integer, ...keys })).toBe("invalid_signature");
  });
});
