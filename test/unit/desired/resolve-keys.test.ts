import { expect, test } from "vitest";
import { keyOf } from "../../helpers/keys.js";
import { compileWith, faultsOf, GLOBEX, OPERATOR, yaml } from "./trust-tree.js";
import type { Changes } from "./trust-tree.js";

const SPARE = OPERATOR.replace("operator-root", "operator-spare").replace(
  keyOf("operator root").publicKey,
  keyOf("operator spare").publicKey,
);
const INITECH = GLOBEX.replace("GLOBEX", "INITECH").replace(
  keyOf("sovereign globex").publicKey,
  keyOf("sovereign initech").publicKey,
);

function faults(changes: Changes): readonly string[] {
  return faultsOf(compileWith(changes));
}

function operator(spec: string): Changes {
  return { "operators/spare.yaml": yaml("OperatorKey", "spare", spec) };
}

function sovereign(spec: string): Changes {
  return { "sovereigns/initech.yaml": yaml("Sovereign", "initech", spec) };
}

test("operator keys are resolved with their defaults, in the order of their names", () => {
  const lost = `${SPARE}validity: {from: "2026-01-01T00:00:00Z"}\nstate: compromised\nsince: "2026-06-01T00:00:00.5Z"\n`;
  const { desired } = compileWith({ "operators/a.yaml": yaml("OperatorKey", "a", lost) });
  expect(desired?.operatorKeys).toMatchObject([
    {
      name: "a",
      keyId: "operator-spare",
      validFrom: "2026-01-01T00:00:00Z",
      validUntil: null,
      state: "compromised",
      since: "2026-06-01T00:00:00.500000Z",
    },
    {
      name: "root",
      keyId: "operator-root",
      tier: "privileged",
      holder: "the root operator",
      validFrom: null,
      state: "active",
      since: null,
    },
  ]);
});

test("sovereigns are resolved with their keys as a sorted set", () => {
  const keys = ["sovereign initech", "z", "a"].map((label) => keyOf(label).publicKey);
  const spec = `sovereignId: INITECH\npublicKeys:\n${[...keys, ...keys].map((key) => `  - ${key}\n`).join("")}feed: {maxAge: 1d}\n`;
  const { desired, diagnostics } = compileWith(sovereign(spec));
  expect(diagnostics).toEqual([]);
  expect(desired?.sovereigns.map(({ name }) => name)).toEqual(["globex", "initech"]);
  expect(desired?.sovereigns[1]).toMatchObject({
    sovereignId: "INITECH",
    publicKeys: keys.toSorted(),
    endpoint: null,
    feed: { url: null, maxAge: 86_400, suspend: false },
  });
});

test.each<[what: string, changes: Changes, faults: readonly string[]]>([
  [
    "one name for two keys",
    { "operators/b.yaml": yaml("OperatorKey", "root", SPARE) },
    ["operators/root.yaml:4:9 duplicate_name"],
  ],
  [
    "one key id for two keys",
    operator(SPARE.replace("operator-spare", "operator-root")),
    ["operators/spare.yaml:6:10 duplicate_key_id"],
  ],
  [
    "one public key for two keys",
    operator(SPARE.replace(keyOf("operator spare").publicKey, keyOf("operator root").publicKey)),
    ["operators/spare.yaml:7:14 shared_public_key"],
  ],
  [
    "the authority's key for an operator",
    operator(SPARE.replace(keyOf("operator spare").publicKey, keyOf("authority").publicKey)),
    ["operators/spare.yaml:7:14 own_public_key"],
  ],
  [
    "a key of small order",
    operator(
      SPARE.replace(
        keyOf("operator spare").publicKey,
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      ),
    ),
    ["operators/spare.yaml:7:14 bad_public_key"],
  ],
  [
    "a window that ends before it begins",
    operator(`${SPARE}validity: {from: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z"}\n`),
    ["operators/spare.yaml:10:51 bad_validity"],
  ],
  [
    "a moment that does not exist",
    operator(`${SPARE}state: compromised\nsince: "2026-01-01T24:00:00Z"\n`),
    ["operators/spare.yaml:11:10 bad_time"],
  ],
  [
    "one sovereign id for two",
    sovereign(INITECH.replace("INITECH", "GLOBEX")),
    ["sovereigns/initech.yaml:6:16 duplicate_sovereign_id"],
  ],
  [
    "the local id for a foreign sovereign",
    sovereign(INITECH.replace("INITECH", "ACME")),
    ["sovereigns/initech.yaml:6:16 duplicate_sovereign_id"],
  ],
  [
    "one public key for two sovereigns",
    sovereign(`${INITECH}  - ${keyOf("sovereign globex").publicKey}\n`),
    ["sovereigns/initech.yaml:9:7 shared_public_key"],
  ],
  [
    "the authority's key for a sovereign",
    sovereign(`${INITECH}  - ${keyOf("authority").publicKey}\n`),
    ["sovereigns/initech.yaml:9:7 own_public_key"],
  ],
  [
    "a sovereign's key that is none",
    sovereign(`${INITECH}  - ${"A".repeat(42)}B=\n`),
    ["sovereigns/initech.yaml:9:7 bad_public_key"],
  ],
])("%s is refused", (_, changes, expected) => {
  const result = compileWith(changes);
  expect(faultsOf(result)).toEqual(expected);
  expect(result.desired).toBeNull();
});

test("a conflict names both places", () => {
  const { diagnostics } = compileWith({ "operators/b.yaml": yaml("OperatorKey", "root", SPARE) });
  expect(diagnostics[0]).toMatchObject({
    file: "operators/root.yaml",
    message: 'OperatorKey "root" stands also at operators/b.yaml:1',
  });
  expect(diagnostics[0]?.excerpt).toBe("  name: root");
});

test("one name may stand for resources of different kinds", () => {
  expect(faults({ "sovereigns/root.yaml": yaml("Sovereign", "root", INITECH) })).toEqual([]);
});

test.each<[what: string, spec: string]>([
  ["of a lower tier", OPERATOR.replace("privileged", "standard")],
  ["retired", `${OPERATOR}state: retired\n`],
  ["compromised", `${OPERATOR}state: compromised\nsince: "2026-01-01T00:00:00Z"\n`],
])("the last privileged key cannot be %s", (_, spec) => {
  expect(faults({ "operators/root.yaml": yaml("OperatorKey", "root", spec) })).toEqual([
    ".:1:1 self_lockout",
  ]);
  expect(
    faults({ "operators/root.yaml": yaml("OperatorKey", "root", spec), ...operator(SPARE) }),
  ).toEqual([]);
});

test.each(["name: root", "id: operator-root"])(
  "the last privileged key cannot be revoked by %s",
  (target) => {
    const revocation = yaml(
      "Revocation",
      "r",
      `target: {kind: OperatorKey, ${target}}\nreason: gone\n`,
    );
    expect(faults({ "revocations/r.yaml": revocation })).toEqual([".:1:1 self_lockout"]);
    expect(faults({ "revocations/r.yaml": revocation, ...operator(SPARE) })).toEqual([]);
  },
);

test("the key id of another kind of target locks nobody out", () => {
  const revocation = yaml(
    "Revocation",
    "r",
    "target: {kind: MembershipAttestation, id: operator-root}\nreason: gone\n",
  );
  expect(faults({ "revocations/r.yaml": revocation })).toEqual([]);
});
