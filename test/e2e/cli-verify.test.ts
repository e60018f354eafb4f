import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { attestationJson, feedJson, treatyJson } from "../helpers/signed.js";

const ACME = keyOf("acme").publicKey;
const GLOBEX = keyOf("globex").publicKey;

function file(text: string): string {
  const path = join(temporaryFolder(), "document.json");
  writeFileSync(path, text);
  return path;
}

async function reasonOf(args: readonly string[]): Promise<unknown> {
  const ended = await run(["verify", ...args, "--json"]);
  const document = ended.json();
  expect(document).toMatchObject({ accepted: ended.code === 0 });
  if (ended.code !== 0) expect(ended.code).toBe(6);
  return Reflect.get(Object(document), "reason");
}

describe("keys are given as base64, @FILE or a .pub file, and several may be", () => {
  test.each([["base64"], ["@FILE"], [".pub"]])("%s", async (form) => {
    const dir = temporaryFolder();
    const path = join(dir, "acme.pub");
    writeFileSync(path, `# Ed25519 Public Key\n# Key ID: acme-1\n${ACME}\n`);
    const key = form === "base64" ? ACME : form === "@FILE" ? `@${path}` : path;
    expect(await reasonOf(["treaty", file(treatyJson()), "--issuer-key", key])).toBe("accepted");
  });

  test("any of them may have signed it, and flags may come first", async () => {
    const keys = ["--issuer-key", GLOBEX, "--issuer-key", ACME];
    expect(await reasonOf(["treaty", ...keys, file(treatyJson())])).toBe("accepted");
  });

  test("several may follow one flag", async () => {
    const args = ["treaty", file(treatyJson()), "--issuer-key", GLOBEX, ACME];
    expect(await reasonOf(args)).toBe("accepted");
  });

  test("one that is no key is an error, not a refusal", async () => {
    const small = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (const key of ["nonsense", small]) {
      const ended = await run([
        "verify",
        "treaty",
        file(treatyJson()),
        "--issuer-key",
        key,
        "--json",
      ]);
      expect(ended.code).toBe(1);
      expect(ended.json()).toMatchObject({ error: { code: "bad_public_key" } });
    }
  });
});

describe("a refusal exits 6 with its reason", () => {
  test.each([
    ["invalid_signature", ["treaty"], treatyJson(), GLOBEX, []],
    ["outside_validity_window", ["treaty"], treatyJson(), ACME, ["--at", "2037-01-01T00:00:00Z"]],
    ["bad_status", ["treaty"], treatyJson({ status: "suspended" }), ACME, []],
    ["wrong_issuer", ["treaty"], treatyJson(), ACME, ["--expected-issuer", "HOOLI"]],
    ["wrong_subject", ["treaty"], treatyJson(), ACME, ["--expected-subject", "HOOLI"]],
    [
      "role_not_allowed",
      ["attestation"],
      attestationJson(),
      GLOBEX,
      ["--allowed-role", "role:anchor"],
    ],
    ["stale_sequence", ["feed"], feedJson(), GLOBEX, ["--highest-sequence", "7"]],
    ["wrong_issuer", ["feed"], feedJson(), GLOBEX, ["--expected-issuer", "HOOLI"]],
  ] as const)("%s of %j", async (reason, type, text, key, more) => {
    expect(await reasonOf([...type, file(text), "--issuer-key", key, ...more])).toBe(reason);
  });

  test("in words, too", async () => {
    const { code, stdout } = await run([
      "verify",
      "treaty",
      file(treatyJson()),
      "--issuer-key",
      GLOBEX,
    ]);
    expect(code).toBe(6);
    expect(stdout).toMatch(/^REFUSED {3}invalid_signature\n {2}none of its signatures verifies/);
    expect(stdout).toContain("nothing vouches for it");
  });
});

test("the sequence may be one higher", async () => {
  const args = ["feed", file(feedJson()), "--issuer-key", GLOBEX, "--highest-sequence", "6"];
  expect(await reasonOf(args)).toBe("accepted");
});

describe("an attestation under a treaty", () => {
  const under = (treaty: string, key: string): readonly string[] => [
    "--treaty",
    file(treaty),
    "--treaty-issuer-key",
    key,
  ];

  test("takes keys and scope from the treaty", async () => {
    const accepted = under(treatyJson(), ACME);
    expect(await reasonOf(["attestation", file(attestationJson()), ...accepted])).toBe("accepted");
    const anchors = treatyJson({
      scope: { allowed_roles: ["role:anchor"], accepted_statuses: ["active"], claims: {} },
    });
    expect(await reasonOf(["attestation", file(attestationJson()), ...under(anchors, ACME)])).toBe(
      "attestation_role_not_allowed",
    );
  });

  test("falls with the treaty", async () => {
    const args = ["attestation", file(attestationJson())];
    expect(await reasonOf([...args, ...under(treatyJson(), GLOBEX)])).toBe(
      "treaty_invalid_signature",
    );
    const other = treatyJson({ subject_sovereign_id: "HOOLI" });
    expect(await reasonOf([...args, ...under(other, ACME)])).toBe("treaty_wrong_subject");
  });

  test("needs a key for the treaty", async () => {
    const args = ["verify", "attestation", file(attestationJson()), "--treaty", file(treatyJson())];
    expect((await run(args)).code).toBe(64);
    expect((await run(["verify", "attestation", file(attestationJson())])).code).toBe(64);
  });
});

describe("what is no such document is refused with the code of its fault", () => {
  test.each([
    ["invalid_json", "{"],
    ["duplicate_key", '{"a":1,"a":2}'],
    ["invalid_document", "{}"],
    ["invalid_document", feedJson()],
    ["invalid_document", treatyJson().replace("Z", "z")],
  ])("%s", async (code, text) => {
    expect(await reasonOf(["treaty", file(text), "--issuer-key", ACME])).toBe(code);
    const inWords = await run(["verify", "treaty", file(text), "--issuer-key", ACME]);
    expect(inWords.stdout).toMatch(new RegExp(`^REFUSED {3}${code}\n`));
  });

  test("but a file that cannot be read is an error", async () => {
    const path = join(temporaryFolder(), "none.json");
    const ended = await run(["verify", "treaty", path, "--issuer-key", ACME, "--json"]);
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "unreadable_file" } });
  });
});

test("a document may come on standard input", async () => {
  const args = ["verify", "treaty", "-", "--issuer-key", ACME];
  const { code, stdout } = await run(args, { input: treatyJson() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ACCEPTED\n/);
});

const REAL = new URL("../../../shared/data/real/", import.meta.url);
const present = existsSync(REAL);
if (!present) console.warn("skipped: ../shared/data/real is not there");

interface Bundle {
  readonly created_at: string;
  readonly genesis: { readonly network_authority: { readonly public_key: string } };
  readonly connectome: { readonly active_treaties: readonly unknown[] };
  readonly revocation_feed: { readonly payload: unknown };
}

test.runIf(present)("what real sovereigns published is accepted in its time", async () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, REAL), "utf8"));
  const bundle = read("usg-nb.trust-bundle.json") as Bundle;
  const authority = ["--issuer-key", bundle.genesis.network_authority.public_key];
  const treaties = bundle.connectome.active_treaties;
  expect(treaties).toHaveLength(9);
  for (const treaty of treaties) {
    const args = ["treaty", file(JSON.stringify(treaty)), ...authority];
    expect(await reasonOf([...args, "--at", bundle.created_at])).toBe("accepted");
    expect(await reasonOf(args)).toBe("outside_validity_window");
  }
  const feed = file(JSON.stringify(bundle.revocation_feed.payload));
  expect(await reasonOf(["feed", feed, ...authority])).toBe("accepted");
  for (const name of ["001", "amine-m6", "anonymous", "miraos", "ons-a"]) {
    const block = new URL(`${name}-na.genesis.json`, REAL).pathname;
    const { root_public_key: root } = read(`${name}-na.genesis.json`) as {
      readonly root_public_key: string;
    };
    const args = ["genesis", block, "--issuer-key", root];
    expect(await reasonOf([...args, "--at", "2026-07-01T00:00:00Z"])).toBe("accepted");
  }
});
