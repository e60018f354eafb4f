import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  checkExpectations,
  idsOnly,
  toChecks,
} from "../../../src/incident/expectations/expectations.js";
import { readExpectations } from "../../../src/incident/expectations/file.js";
import { judgeDocument, judgeId } from "../../../src/incident/expectations/judge.js";
import { projected, viewOf } from "../../../src/incident/expectations/view.js";
import type { MembershipAttestation } from "../../../src/model/documents.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { attestation, desired, sovereign, treaty } from "../../helpers/desired.js";
import { temporaryFolder } from "../../helpers/git.js";
import { keyOf } from "../../helpers/keys.js";
import { attestationJson } from "../../helpers/signed.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

/** GLOBEX's member, by the key that `sovereign("globex")` names. */
function member(given: Partial<MembershipAttestation> = {}, signer = "sovereign globex") {
  const body: MembershipAttestation = {
    attestation_id: "member-1",
    issuer_sovereign_id: "GLOBEX",
    subject_id: "node-1",
    subject_public_key: null,
    roles: ["role:client"],
    status: "active",
    issued_at: parseTimestamp("2026-11-01T00:00:00Z"),
    valid_from: parseTimestamp("2026-11-01T00:00:00Z"),
    expires_at: parseTimestamp("2027-11-01T00:00:00Z"),
    issued_by: "globex-1",
    claims: {},
    ...given,
  };
  return signDocument(body, "globex-1", keyOf(signer));
}

const recognised = desired({
  sovereigns: [sovereign("globex")],
  treaties: [treaty("globex", "globex")],
});
const now = () => viewOf(world.snapshot, world.now);

describe("a document of another sovereign", () => {
  test("is accepted under our treaty, for its roles and by its keys only", () => {
    world.apply(recognised);
    expect(judgeDocument(member(), now())).toMatchObject({ accepted: true });
    expect(judgeDocument(member({ roles: ["role:anchor"] }), now())).toMatchObject({
      accepted: false,
      reason: "attestation_role_not_allowed",
    });
    expect(judgeDocument(member({}, "another"), now())).toMatchObject({
      accepted: false,
      reason: "attestation_invalid_signature",
    });
  });

  test("is refused when its treaty falls, or nobody recognises its issuer", () => {
    world.apply(recognised);
    const [row] = world.snapshot.treaties;
    const after = projected(now(), { revokedTreaties: new Set([row?.id ?? ""]) });
    expect(judgeDocument(member(), after).reason).toBe("treaty_locally_revoked");
    const stranger = member({ issuer_sovereign_id: "NOBODY" });
    expect(judgeDocument(stranger, now()).reason).toBe("issuer_not_recognized");
  });

  test("is refused while its issuer's feeds are older than they may be", () => {
    const feed = { url: "https://globex.example/feed", maxAge: 60, suspend: false };
    world.apply({ ...recognised, sovereigns: [sovereign("globex", { feed })] });
    expect(judgeDocument(member(), now()).reason).toBe("revocation_feed_stale");
  });

  test("is decided on by what its issuer's feeds revoke, now and after a change", () => {
    world.apply(recognised);
    const revoked = { issuer: "GLOBEX", ids: new Set(["member-1"]) };
    const after = projected(now(), { revocations: revoked });
    expect(judgeDocument(member(), after).reason).toBe("attestation_locally_revoked");
    expect(judgeId("member-1", "GLOBEX", after)).toMatchObject({ accepted: false });
    expect(judgeId("member-1", "ANOTHER", after)).toMatchObject({ accepted: true });
    const back = projected(after, { revocations: { issuer: "GLOBEX", ids: new Set() } });
    expect(judgeDocument(member(), back).accepted).toBe(true);
  });
});

test("our own attestation is accepted as it is stored, and until it is revoked", () => {
  world.apply({ ...recognised, attestations: [attestation("ours")] });
  const id = world.snapshot.attestations[0]?.id ?? "";
  expect(judgeId(id, null, now())).toEqual({
    accepted: true,
    reason: "accepted",
    basis: "own key",
  });
  const after = projected(now(), { revokedAttestations: new Set([id]) });
  expect(judgeId(id, null, after).reason).toBe("locally_revoked");
  const forged = member({ issuer_sovereign_id: "ACME", attestation_id: id }, "authority");
  expect(judgeDocument(forged, now()).reason).toBe("not_held");
});

test("what a draft brings about is pending, and what nothing brings about disagrees", () => {
  world.apply(recognised);
  const document = member();
  const expectation = { name: "m", id: "member-1", document };
  const after = projected(now(), {
    revocations: { issuer: "GLOBEX", ids: new Set(["member-1"]) },
  });
  const outcomes = (["accept", "reject"] as const).map(
    (wanted) => checkExpectations([{ ...expectation, expect: wanted }], now(), after, null)[0],
  );
  expect(outcomes.map((checked) => checked?.outcome)).toEqual(["as_expected", "pending"]);
  const none = checkExpectations([{ ...expectation, expect: "reject" }], now(), null, null);
  expect(none[0]?.outcome).toBe("disagrees");
  expect(toChecks(none, now())).toMatchObject([{ passed: false, observed: "accept (accepted)" }]);
});

describe("a list", () => {
  const read = (name: string, text: string) => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, "member.json"), attestationJson());
    writeFileSync(join(dir, name), text);
    return readExpectations(join(dir, name)).map(({ name: of, id, document, expect: wanted }) => [
      of,
      id,
      document !== null,
      wanted,
    ]);
  };
  const ID = "00000000-0000-4000-8000-000000000002";

  test.each([
    [
      "list.json",
      `[{"attestation":"a","expect":"accept"},{"attestation":"member.json","expect":"reject"}]`,
    ],
    [
      "list.json",
      `{"attestations":[{"id":"a","expect":"accept"},{"attestation":"member.json","expect":"reject"}]}`,
    ],
    ["list.json", `{"a":"accept","member.json":"reject"}`],
    [
      "list.yaml",
      "- { attestation: a, expect: accept }\n- { attestation: member.json, expect: reject }\n",
    ],
    ["list.yml", "a: accept\nmember.json: reject\n"],
    [
      "list.jsonl",
      `{"attestation":"a","expect":"accept"}\n\n{"attestation":"member.json","expect":"reject"}\n`,
    ],
  ])("%s: %s", (name, text) => {
    expect(read(name, text)).toEqual([
      ["a", "a", false, "accept"],
      ["member.json", ID, true, "reject"],
    ]);
  });

  test("holds documents themselves", () => {
    const text = `[{"attestation":${attestationJson()},"expect":"accept"}]`;
    expect(read("list.json", text)).toEqual([[ID, ID, true, "accept"]]);
  });

  test.each([
    ["list.json", "[]"],
    ["list.json", "7"],
    ["list.json", `["a"]`],
    ["list.json", `[{"attestation":"a","expect":"maybe"}]`],
    ["list.json", `[{"attestation":"missing.json","expect":"accept"}]`],
    ["list.json", `{"a":"accept","a":"reject"}`],
    ["list.yaml", "- &x { attestation: a, expect: accept }\n- *x\n"],
    ["list.jsonl", "{"],
  ])("that is none is refused: %s %s", (name, text) => {
    expect(() => read(name, text)).toThrow(/list\.|missing\.json/);
  });
});

test("of an id alone it is said that little was checked", () => {
  const id = { name: "a", document: null, id: "a", expect: "accept" } as const;
  expect(idsOnly([])).toEqual([]);
  expect(idsOnly([id, id])).toMatchObject([
    { code: "ids_only", message: expect.stringContaining("of 2 of 2 attestations") },
  ]);
});
