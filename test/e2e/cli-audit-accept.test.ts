import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, run, trustRepository } from "../helpers/cli.js";
import { withPlainDatabase } from "../helpers/state.js";

test("events of another program are shown, and logged for a reason by who has the key", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const none = await run(["audit", "accept"], { cwd: dir });
  expect(none).toMatchObject({ code: 0, stdout: "Every audit event is in the log.\n" });
  withPlainDatabase(join(dir, ".concordat/na.db"), (database) => {
    const at = "2026-01-01T00:00:00+00:00";
    const json = JSON.stringify({ event_id: "f", event_type: "x", details: {}, created_at: at });
    database.prepare("INSERT INTO audit_events VALUES ('f', ?, ?)").run(json, at);
  });
  const shown = await run(["audit", "accept", "--json"], { cwd: dir });
  assertDescribed("audit-accept", shown.stdout);
  expect(shown.json()).toMatchObject({ accepted: false, count: 1, rows: [{ event_id: "f" }] });
  expect((await run(["audit", "verify"], { cwd: dir })).code).toBe(6);

  const accept = ["audit", "accept", "--reason", "INC-12: the old tool"];
  const wrongKey = ["--authority-key", ".concordat/keys/operator-root.key", "--json"];
  const refused = await run([...accept, ...wrongKey], { cwd: dir });
  expect(refused.json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
  const accepted = await run(accept, { cwd: dir });
  expect(accepted.code).toBe(0);
  expect(accepted.stdout).toMatch(/Logged as entries (\d+) to \1\. Entry \d+ says so\./);

  expect((await run(["audit", "verify"], { cwd: dir })).code).toBe(0);
  const log = (await run(["audit", "export", "--output", "-"], { cwd: dir })).stdout;
  expect(log).toMatch("INC-12: the old tool");
});

test("a log that is broken is not made whole by it", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  withPlainDatabase(join(dir, ".concordat/na.db"), (database) => {
    database.exec("UPDATE audit_events SET event_id = 'other' WHERE rowid = 2");
  });
  const ended = await run(["audit", "accept", "--reason", "why not", "--json"], { cwd: dir });
  expect(ended.code).toBe(6);
  expect(ended.json()).toMatchObject({ error: { code: "log_broken" } });
});
