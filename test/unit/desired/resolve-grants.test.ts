import { expect, test } from "vitest";
import { keyOf } from "../../helpers/keys.js";
import { AUTHORITY, compileWith, faultsOf, GLOBEX, yaml } from "./trust-tree.js";
import type { Changes } from "./trust-tree.js";

const HOUR = 3600;
const SCOPE = "scope: {allowedRoles: [role:client]}\n";

function treaty(spec: string): Changes {
  return { "treaties/globex.yaml": yaml("RecognitionTreaty", "globex", spec) };
}

function attestation(spec: string): Changes {
  return { "attestations/member.yaml": yaml("MembershipAttestation", "member", spec) };
}

test("a treaty is resolved with its subject's id and keys, and with defaults", () => {
  expect(compileWith().desired?.treaties).toMatchObject([
    {
      name: "globex",
      source: { file: "treaties/globex.yaml", line: 1, column: 1 },
      subjectSovereignId: "GLOBEX",
      subjectPublicKeys: [keyOf("sovereign globex").publicKey],
      allowedRoles: ["role:client"],
      acceptedStatuses: ["active"],
      scopeClaims: {},
      validity: { from: null, until: null, duration: 168 * HOUR },
      renewBefore: null,
      metadata: {},
      reissue: 0,
    },
  ]);
});

test("a treaty keeps what it says, its sets sorted and each once", () => {
  const spec = `subject: globex
scope:
  allowedRoles: [role:operator, role:client, role:client, role:anchor]
  acceptedStatuses: [suspended, active, suspended]
  claims: {level: 3}
validity: {from: "2026-01-01T00:00:00+00:00", for: 30d}
renewal: {before: 5d}
metadata: {ticket: OPS-1}
reissue: 4
`;
  expect(compileWith(treaty(spec)).desired?.treaties).toMatchObject([
    {
      allowedRoles: ["role:anchor", "role:client", "role:operator"],
      acceptedStatuses: ["active", "suspended"],
      scopeClaims: { level: 3 },
      validity: { from: "2026-01-01T00:00:00Z", until: null, duration: 720 * HOUR },
      renewBefore: 120 * HOUR,
      metadata: { ticket: "OPS-1" },
      reissue: 4,
    },
  ]);
});

test("a window with an end has no duration", () => {
  const spec = `subject: globex\n${SCOPE}validity: {until: "2027-01-01T00:00:00Z"}\n`;
  expect(compileWith(treaty(spec)).desired?.treaties[0]?.validity).toEqual({
    from: null,
    until: "2027-01-01T00:00:00Z",
    duration: null,
  });
});

test("the Authority's defaults say how long what gives no validity counts", () => {
  const defaults = `${AUTHORITY}defaults: {treatyFor: 24h, attestationFor: 2h}\n`;
  const { desired } = compileWith({ "authority.yaml": yaml("Authority", "acme", defaults) });
  expect(desired?.treaties[0]?.validity.duration).toBe(24 * HOUR);
  expect(desired?.attestations[0]?.validity.duration).toBe(2 * HOUR);
});

test("an attestation is resolved with its defaults", () => {
  expect(compileWith().desired?.attestations).toMatchObject([
    {
      subjectId: "member-1",
      subjectPublicKey: null,
      roles: ["role:client"],
      validity: { duration: 168 * HOUR },
      claims: {},
      reissue: 0,
    },
  ]);
});

test.each<[what: string, changes: Changes, faults: readonly string[]]>([
  [
    "a treaty with nobody",
    treaty(`subject: glubex\n${SCOPE}`),
    ["treaties/globex.yaml:6:12 unknown_reference"],
  ],
  [
    "a treaty with oneself",
    {
      "sovereigns/globex.yaml": yaml("Sovereign", "globex", GLOBEX.replace("GLOBEX", "ACME")),
      "feeds/globex.yaml": null,
      "documents/globex-1.json": null,
    },
    [
      "sovereigns/globex.yaml:6:16 duplicate_sovereign_id",
      "treaties/globex.yaml:6:12 treaty_to_self",
    ],
  ],
  [
    "an end that does not exist",
    treaty(`subject: globex\n${SCOPE}validity: {until: "2027-02-29T00:00:00Z"}\n`),
    ["treaties/globex.yaml:8:21 bad_time"],
  ],
  [
    "an end before the beginning",
    treaty(
      `subject: globex\n${SCOPE}validity: {from: "2026-01-01T00:00:00Z", until: "2026-01-01T01:00:00+01:00"}\n`,
    ),
    ["treaties/globex.yaml:8:51 bad_validity"],
  ],
  [
    "a window beyond the calendar",
    treaty(`subject: globex\n${SCOPE}validity: {from: "9999-01-01T00:00:00Z", for: 8760h}\n`),
    ["treaties/globex.yaml:8:49 bad_time"],
  ],
  [
    "a duration of centuries",
    treaty(`subject: globex\n${SCOPE}validity: {for: 9999999d}\n`),
    ["treaties/globex.yaml:8:19 bad_time"],
  ],
  [
    "a moment that lies before the calendar in UTC",
    treaty(`subject: globex\n${SCOPE}validity: {from: "0001-01-01T00:00:00+01:00"}\n`),
    ["treaties/globex.yaml:8:20 bad_time"],
  ],
  [
    "a renewal of what ends for good",
    treaty(
      `subject: globex\n${SCOPE}validity: {until: "2027-01-01T00:00:00Z"}\nrenewal: {before: 1h}\n`,
    ),
    ["treaties/globex.yaml:9:12 bad_renewal"],
  ],
  [
    "a renewal as long as the whole",
    treaty(`subject: globex\n${SCOPE}validity: {for: 24h}\nrenewal: {before: 1d}\n`),
    ["treaties/globex.yaml:9:21 bad_renewal"],
  ],
  [
    "a renewal longer than the default",
    treaty(`subject: globex\n${SCOPE}renewal: {before: 168h}\n`),
    ["treaties/globex.yaml:8:21 bad_renewal"],
  ],
  [
    "an attestation with a key of small order",
    attestation(
      "subjectId: m\nroles: []\nsubjectPublicKey: AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    ),
    ["attestations/member.yaml:8:21 bad_public_key"],
  ],
  [
    "a policy that names nobody",
    {
      "policies/local.yaml": yaml(
        "RecognitionPolicy",
        "local",
        "recognizedIssuers: [{sovereign: glbex, allowedRoles: []}]\n",
      ),
    },
    ["policies/local.yaml:6:35 unknown_reference"],
  ],
  [
    "a policy that names one issuer twice",
    {
      "policies/local.yaml": yaml(
        "RecognitionPolicy",
        "local",
        "recognizedIssuers:\n  - {sovereign: globex, allowedRoles: []}\n  - {sovereign: globex, allowedRoles: [role:client]}\n",
      ),
    },
    ["policies/local.yaml:8:19 duplicate_issuer"],
  ],
  [
    "a second policy",
    { "policies/other.yaml": yaml("RecognitionPolicy", "other", "recognizedIssuers: []\n") },
    ["policies/other.yaml:2:7 duplicate_policy"],
  ],
])("%s is refused", (_, changes, expected) => {
  const result = compileWith(changes);
  expect(faultsOf(result)).toEqual(expected);
  expect(result.desired).toBeNull();
});

test("a renewal just shorter than the whole is let through", () => {
  const spec = `subject: globex\n${SCOPE}validity: {for: 24h}\nrenewal: {before: 23h}\n`;
  expect(compileWith(treaty(spec)).desired?.treaties[0]?.renewBefore).toBe(23 * HOUR);
});

test("an unknown reference suggests the nearest name", () => {
  const { diagnostics } = compileWith(treaty(`subject: glubex\n${SCOPE}`));
  expect(diagnostics[0]).toMatchObject({
    message: 'there is no Sovereign named "glubex"',
    hint: "did you mean globex?",
    excerpt: "  subject: glubex",
  });
});

test("a reference to a resource with faults of its own is not reported as unknown", () => {
  const faulty = yaml("Sovereign", "globex", GLOBEX.replace("sovereignId", "sovereign"));
  const faults = faultsOf(compileWith({ "sovereigns/globex.yaml": faulty }));
  expect(faults.map((fault) => fault.split(" ")[1])).toEqual(["missing_field", "unknown_field"]);
});

test("a policy is resolved with the keys of its issuers", () => {
  const policy =
    "recognizedIssuers: [{sovereign: globex, allowedRoles: []}]\nrevokedAttestationIds: [b, a, b]\n";
  expect(
    compileWith({ "policies/local.yaml": yaml("RecognitionPolicy", "local", policy) }).desired
      ?.policy,
  ).toMatchObject({
    recognizedIssuers: [
      {
        sovereignId: "GLOBEX",
        publicKeys: [keyOf("sovereign globex").publicKey],
        allowedRoles: [],
        acceptedStatuses: ["active"],
      },
    ],
    revokedAttestationIds: ["a", "b"],
  });
  expect(compileWith({ "policies/local.yaml": null }).desired?.policy).toBeNull();
});
