import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder, writeFiles } from "../helpers/git.js";

const REAL = new URL("../../../shared/data/real/usg-nb.trust-bundle.json", import.meta.url);
const present = existsSync(REAL);
if (!present) console.warn("skipped: ../shared/data/real is not there");

test.runIf(present)("a real bundle becomes a resource that validates", async () => {
  const dir = await trustRepository();
  const imported = await run([
    "import",
    "trust-bundle",
    REAL.pathname,
    "--out",
    join(dir, "sovereigns"),
    "--json",
  ]);
  expect(imported).toMatchObject({ code: 0, stderr: "" });
  expect(imported.json()).toMatchObject({
    sovereign_id: "USG-NB",
    name: "usg-nb",
    treaties: 9,
    feed: { sequence: 2, revoked: 2 },
    imported_revocations: 6,
    root_key_pinned: false,
  });
  const text = readFileSync(join(dir, "sovereigns/usg-nb.yaml"), "utf8");
  expect(text).toContain('sovereignId: "USG-NB"');
  expect(text).toContain("nLtc+NNGVP+t5NZaV3wvBsFBEKDVAOKbH9DL/C7k79k=");
  expect(await run(["validate", dir])).toMatchObject({ code: 0 });
  const treaty = [
    "apiVersion: concordat/v1",
    "kind: RecognitionTreaty",
    "metadata: { name: usg-nb }",
    "spec: { subject: usg-nb, scope: { allowedRoles: [role:client] }, validity: { for: 7d } }",
  ].join("\n");
  writeFiles(dir, { "treaties/usg-nb.yaml": `${treaty}\n` });
  expect(await run(["validate", dir])).toMatchObject({ code: 0 });
});

test.runIf(present)(
  "one changed byte in any signed document refuses the whole bundle",
  async () => {
    const out = temporaryFolder();
    const text = readFileSync(REAL, "utf8");
    const changes: readonly (readonly [string, string])[] = [
      ["1hUsgFZgnmKDMjVeaqXNX8", "2hUsgFZgnmKDMjVeaqXNX8"],
      ['"sequence": 2', '"sequence": 3'],
      ['"network_version": "v0.1"', '"network_version": "v0.2"'],
      ['"role:operator"', '"role:operatox"'],
    ];
    for (const [from, to] of changes) {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      const path = join(temporaryFolder(), "bundle.json");
      writeFileSync(path, changed);
      const ended = await run(["import", "trust-bundle", path, "--out", out, "--json"]);
      expect(ended.code).toBe(6);
      expect(ended.json()).toMatchObject({ error: { code: "verification_refused" } });
    }
    expect(readdirSync(out)).toEqual([]);
  },
);

test.runIf(present)("a root key that is known already must have signed it", async () => {
  const out = temporaryFolder();
  const args = ["import", "trust-bundle", REAL.pathname, "--out", out, "--json", "--root-key"];
  const right = await run([...args, "mlYDSFInrvnfCXi2Z+9oGYpAQlJWtX9WI3ttj0W5uBo="]);
  expect(right.json()).toMatchObject({ root_key_pinned: true });
  const wrong = await run([...args, "nLtc+NNGVP+t5NZaV3wvBsFBEKDVAOKbH9DL/C7k79k="]);
  expect(wrong.code).toBe(6);
});

test.each([
  ["invalid_json", "not json"],
  ["invalid_document", "{}"],
  ["invalid_document", '{"bundle_type":"another"}'],
  ["invalid_document", '{"bundle_type":"genesis-mesh.trust-bundle","sovereign_id":"A"}'],
])("what is no bundle exits 1: %s %s", async (code, text) => {
  const path = join(temporaryFolder(), "bundle.json");
  writeFileSync(path, text);
  const ended = await run(["import", "trust-bundle", path, "--out", temporaryFolder(), "--json"]);
  expect(ended.code).toBe(1);
  expect(ended.json()).toMatchObject({ error: { code } });
});

test.runIf(present)("a folder that cannot be made is an error, not a bug", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const ended = await run([
    "import",
    "trust-bundle",
    REAL.pathname,
    "--out",
    join(file, "x"),
    "--json",
  ]);
  expect(ended.code).toBe(1);
  expect(ended.json()).toMatchObject({ error: { code: "unwritable_file" } });
});
