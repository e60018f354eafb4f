import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";

test("no drift exits 0; a treaty revoked behind Concordat's back is shown, and exits 2", async () => {
  const dir = await trustRepository();
  const commit = commitTreaties(dir, ["globex"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  expect(await run(["drift"], { cwd: dir })).toMatchObject({
    code: 0,
    stdout: "No drift.\n",
    stderr: "",
  });

  const db = new Database(join(dir, ".concordat/na.db"));
  db.exec(
    "UPDATE recognition_treaties SET status = 'revoked', revoked_at = '2026-11-23T00:00:00+00:00'",
  );
  db.close();
  const found = await run(["drift"], { cwd: dir });
  expect(found).toMatchObject({ code: 2, stderr: "" });
  expect(found.stdout).toMatch(/^DRIFT {2}1 object changed outside git\n/);
  expect(Math.max(...found.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);

  const json = await run(["drift", "--json"], { cwd: dir });
  expect(json).toMatchObject({ code: 2, stderr: "" });
  assertDescribed("drift", json.stdout);
  expect(json.json()).toMatchObject({
    commit,
    count: 1,
    drift: [{ class: "revoked_out_of_band", kind: "RecognitionTreaty", disposition: "keep" }],
  });
  // Looking changes nothing, not even the audit.
  expect((await run(["drift", "--json"], { cwd: dir })).stdout).toBe(json.stdout);
});

test("what a later commit asks for is no drift, and a state that is not there has none", async () => {
  const dir = await trustRepository();
  expect((await run(["drift"], { cwd: dir })).code).toBe(0);
  await run(["apply", "--auto-approve"], { cwd: dir });
  commitTreaties(dir, ["globex"]);
  expect(await run(["drift"], { cwd: dir })).toMatchObject({ code: 0, stdout: "No drift.\n" });
});
