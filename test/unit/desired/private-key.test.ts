import { expect, test } from "vitest";
import { parseFile } from "../../../src/desired/parse.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { compileWith, faultsOf, OPERATOR, yaml } from "./trust-tree.js";
import type { Changes } from "./trust-tree.js";

/** Stands for the key itself, and must never be seen again. */
const VALUE = "never-shown-never-shown-never-shown";

// In two halves, so that this file is not taken for a key itself.
const PEM = ["-----BEGIN", "PRIVATE KEY-----"];
const header = (kind: string): string =>
  [PEM[0], kind, PEM[1]].filter((part) => part !== "").join(" ");

function privateKeyFaults(changes: Changes): readonly string[] {
  const { diagnostics, desired } = compileWith(changes);
  expect(desired).toBeNull();
  expect(JSON.stringify(diagnostics)).not.toContain(VALUE);
  return faultsOf({ diagnostics: diagnostics.filter(({ code }) => code === "private_key") });
}

test.each([
  "authority.key",
  ".concordat/keys/operator-root.key",
  "documents/tls.pem",
  "docs/root.seed",
  "ROOT.KEY",
  "id_ed25519",
  ".ssh/id_ed25519_work",
  ".ssh/id_rsa",
  "documents/store.p12",
])("a file named %s is refused", (path) => {
  expect(privateKeyFaults({ [path]: "" })).toEqual([`${path}:1:1 private_key`]);
});

test("the public half of a key pair is not a private key", () => {
  expect(
    faultsOf(
      compileWith({
        ".ssh/id_ed25519.pub": "ssh-ed25519 AAAA",
        ".keys/root.pub": "# Ed25519 Public Key\n",
      }),
    ),
  ).toEqual([]);
});

test.each([
  ["PKCS #8", header("")],
  ["OpenSSH", header("OPENSSH")],
  ["RSA", header("RSA")],
  ["EC", header("EC")],
  ["encrypted", header("ENCRYPTED")],
  ["PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----"],
  ["the reference's key files", "# Ed25519 Private Key"],
  ["PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519"],
])("a file of any kind with the header of %s is refused", (_, line) => {
  const text = `first line\n${line}\n${VALUE}\n`;
  for (const path of ["README.md", ".github/notes.txt", "documents/x.json", "treaties/x.yaml"]) {
    expect(privateKeyFaults({ [path]: text })).toEqual([`${path}:2:1 private_key`]);
  }
});

test("prose about private keys is not one", () => {
  const text = "Keep the `# Ed25519 Private Key` file offline. A PRIVATE KEY never stands here.\n";
  expect(faultsOf(compileWith({ "README.md": text }))).toEqual([]);
});

test.each([
  "privateKey",
  "private_key",
  "na-private-key",
  "seed",
  "SECRET",
  "clientSecret",
  "signing_seed",
])("a field named %s is refused in YAML and in JSON", (name) => {
  const resource = yaml("OperatorKey", "root", `${OPERATOR}${name}: ${VALUE}`);
  expect(privateKeyFaults({ "operators/root.yaml": resource })).toEqual([
    "operators/root.yaml:10:3 private_key",
  ]);
  const json = JSON.stringify({ a: 1, [name]: VALUE });
  expect(privateKeyFaults({ "documents/x.json": json })).toEqual([
    expect.stringMatching(/^documents\/x.json:1:\d+ private_key$/),
  ]);
});

test("a JSON Web Key is refused with its private half only", () => {
  const key = { kty: "OKP", crv: "Ed25519", x: "abc" };
  const claims = (value: object): string =>
    yaml(
      "MembershipAttestation",
      "member",
      `subjectId: m\nroles: []\nclaims:\n  jwk: ${JSON.stringify(value)}\n`,
    );
  expect(faultsOf(compileWith({ "attestations/member.yaml": claims(key) }))).toEqual([]);
  expect(privateKeyFaults({ "attestations/member.yaml": claims({ ...key, d: VALUE }) })).toEqual([
    "attestations/member.yaml:9:49 private_key",
  ]);
  expect(privateKeyFaults({ "documents/x.json": JSON.stringify({ ...key, d: VALUE }) })).toEqual([
    "documents/x.json:1:40 private_key",
  ]);
});

test("no line of a file with a private key is shown, whatever else is wrong with it", () => {
  const broken = `kind: OperatorKey\nspec:\n  seed: ${VALUE}\n  bad: [${VALUE}\nunknown: ${VALUE}\n`;
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(broken), DEFAULT_LIMITS);
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(JSON.stringify(diagnostics)).not.toContain(VALUE);
});

test("an address with a password is refused and not shown", () => {
  const sovereign = yaml(
    "Sovereign",
    "x",
    `sovereignId: X\npublicKeys: [${"A".repeat(43)}=]\nendpoint: https://me:${VALUE}@x.example/\n`,
  );
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(sovereign), DEFAULT_LIMITS);
  expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual(["8 bad_format"]);
  expect(JSON.stringify(diagnostics)).not.toContain(VALUE);
});
