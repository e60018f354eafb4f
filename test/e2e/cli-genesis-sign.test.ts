import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, run, trustRepository } from "../helpers/cli.js";
import { git, temporaryFolder } from "../helpers/git.js";

const KEYS = ".concordat/keys";

test("lengthens the genesis under the same root, and the next apply takes it", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const before = readFileSync(join(dir, "genesis.json"), "utf8");
  const ended = await run(
    ["genesis", "sign", "--root-key", join(KEYS, "root.key"), "--for", "730d", "--json"],
    { cwd: dir },
  );
  expect(ended.code).toBe(0);
  assertDescribed("genesis-sign", ended.stdout);
  expect(ended.json()).toMatchObject({ key_changed: false });
  expect(readFileSync(join(dir, "genesis.json"), "utf8")).not.toBe(before);
  git(dir, ["commit", "--all", "--quiet", "--message", "genesis: two more years"]);
  const plan = await run(["plan", "--json"], { cwd: dir });
  expect(plan.json()).toMatchObject({
    verdict: "ready",
    changes: [{ kind: "Authority", action: "update" }],
  });
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
});

test("names another authority key, and everything is signed anew with it", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const next = join(temporaryFolder(), "authority-2");
  await run(["keygen", "--out", next, "--key-id", "authority-2"]);
  const signed = await run(
    [
      "genesis",
      "sign",
      "--root-key",
      join(KEYS, "root.key"),
      "--public-key",
      `${next}.pub`,
      "--json",
    ],
    { cwd: dir },
  );
  expect(signed.json()).toMatchObject({ key_changed: true });
  const file = join(dir, "authority.yaml");
  const key = String(Reflect.get(Object(signed.json()), "public_key"));
  writeFileSync(file, readFileSync(file, "utf8").replace(/publicKey: ".*"/, `publicKey: "${key}"`));
  git(dir, ["commit", "--all", "--quiet", "--message", "authority: the next key"]);
  const old = await run(["apply", "--auto-approve"], { cwd: dir });
  expect(old.code).toBe(6);
  expect(old.stderr).toContain("authority_key_mismatch");
  expect(
    (await run(["apply", "--auto-approve", "--authority-key", `${next}.key`], { cwd: dir })).code,
  ).toBe(0);
});

test("is refused with a key that is not the root's, and writes nothing", async () => {
  const dir = await trustRepository();
  const before = readFileSync(join(dir, "genesis.json"), "utf8");
  const ended = await run(["genesis", "sign", "--root-key", join(KEYS, "authority.key")], {
    cwd: dir,
  });
  expect(ended.code).toBe(6);
  expect(ended.stderr).toContain("not the root key");
  expect(readFileSync(join(dir, "genesis.json"), "utf8")).toBe(before);
});
