import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.js";
import { leafHash, verifyInclusion } from "../../src/protocol/log/merkle.js";
import { parseProof } from "../../src/protocol/log/tlog-proof.js";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

test("tells of a treaty as text and as JSON, and writes a proof of each event", async () => {
  const dir = await trustRepository();
  const commit = commitTreaties(dir, ["globex"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const told = await run(["explain", "treaty/with-globex"], { cwd: dir });
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^ACTIVE {2}RecognitionTreaty\/with-globex\n/);
  expect(told.stdout).toContain("treaties/globex.yaml:8");
  expect(told.stdout).toContain(`${commit.slice(0, 12)} "change"`);
  expect(told.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);

  const proofs = join(temporaryFolder(), "proofs");
  const json = await run(["explain", "with-globex", "--json", "--proofs", proofs], { cwd: dir });
  expect(json).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("explain", json.stdout);
  expect(json.json()).toMatchObject({ proofs: { dir: proofs, unsigned: [] } });
  const files = readdirSync(proofs);
  expect(files).toHaveLength(2);
  for (const file of files) {
    const proof = parseProof(readFileSync(join(proofs, file), "utf8"));
    const { size, root } = parseCheckpoint(proof.checkpoint);
    const leaf = leafHash(proof.extra ?? new Uint8Array());
    expect(`${proof.index}.tlog-proof`).toBe(file);
    expect(verifyInclusion(proof.index, size, leaf, proof.hashes, root)).toBe(true);
  }
});

test("what nothing bears is an error", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const told = await run(["explain", "treaty/nobody", "--json"], { cwd: dir });
  expect(told.code).toBe(1);
  expect(told.json()).toMatchObject({ error: { code: "unknown_name" } });
});
