import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import {
  assertDescribed,
  commitTreaties,
  run,
  start,
  trustRepository,
  type Ended,
} from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { withPlainDatabase } from "../helpers/state.js";

interface Log {
  readonly dir: string;
  readonly out: string;
  readonly audit: (...args: readonly string[]) => Promise<Ended>;
  /** Of the newest checkpoint. */
  readonly vkey: string;
}

async function appliedLog(): Promise<Log> {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex", "initech"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const audit: Log["audit"] = (...args) => run(["audit", ...args], { cwd: dir });
  const { stdout } = await audit("verify", "--json");
  const vkey = String(Reflect.get(Object(JSON.parse(stdout)), "vkey"));
  return { dir, out: temporaryFolder(), audit, vkey };
}

test("the state's own log verifies, and is described", async () => {
  const { audit, vkey } = await appliedLog();
  const ended = await audit("verify", "--json");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("audit-verify", ended.stdout);
  expect(ended.json()).toMatchObject({
    verified: true,
    source: "database",
    origin: "ACME/audit",
    key_from: "state",
    fault: null,
  });
  const text = await audit("verify", "--vkey", vkey);
  expect(text.stdout).toMatch(/^VERIFIED\n {2}\d+ entries of ACME\/audit/);
  expect(text.stdout).toContain("the key that was given");
  expect(text.stdout).toContain("extends");
});

test("an event that is edited behind its back is named, with exit 6", async () => {
  const { dir, audit } = await appliedLog();
  withPlainDatabase(join(dir, ".concordat/na.db"), (database) => {
    database.exec(
      "UPDATE audit_events SET event_json = replace(event_json, 'GLOBEX', 'UMBRELLA') WHERE event_json LIKE '%GLOBEX%'",
    );
  });
  const ended = await audit("verify", "--json");
  expect(ended.code).toBe(6);
  assertDescribed("audit-verify", ended.stdout);
  const { index, fault } = Object(Reflect.get(Object(JSON.parse(ended.stdout)), "fault")) as Record<
    string,
    unknown
  >;
  expect(fault).toMatch(/^(event_altered|commitment_mismatch)$/);
  expect(typeof index).toBe("number");
  const text = await audit("verify");
  expect(text.code).toBe(6);
  expect(text.stdout).toContain(`first bad entry: ${String(index)}`);
});

test("a treaty that is exchanged behind its back is named, though the log holds", async () => {
  const { dir, audit } = await appliedLog();
  expect((await audit("verify")).stdout).toContain("  state   as the log says");
  withPlainDatabase(join(dir, ".concordat/na.db"), (database) => {
    database.exec(
      "UPDATE recognition_treaties SET treaty_json = replace(treaty_json, 'role:client', 'role:admin') WHERE subject_sovereign_id = 'GLOBEX'",
    );
  });
  const ended = await audit("verify", "--json");
  expect(ended).toMatchObject({ code: 6, stderr: "" });
  assertDescribed("audit-verify", ended.stdout);
  expect(ended.json()).toMatchObject({
    verified: false,
    fault: { fault: "document_altered", index: expect.any(Number) },
  });
  expect((await audit("verify")).stdout).toMatch(/entry \d+ tells; the log holds/);
});

test("an export with proofs is verified without the state", async () => {
  const { out, audit, vkey } = await appliedLog();
  const file = join(out, "evidence.jsonl");
  const exported = await audit("export", "--output", file, "--proofs", "--redact", "all", "--json");
  assertDescribed("audit-export", exported.stdout);
  expect(exported.json()).toMatchObject({ format: "proofs", tiles: null });
  const elsewhere = temporaryFolder();
  const args = ["audit", "verify", "--export", file, "--vkey", vkey, "--json"];
  const ended = await run(args, { cwd: elsewhere });
  expect(ended.code).toBe(0);
  assertDescribed("audit-verify", ended.stdout);
  expect(ended.json()).toMatchObject({ verified: true, source: "export", disclosed: 0 });
  const text = readFileSync(file, "utf8");
  expect(text).not.toContain('"salt"');
  writeFileSync(file, text.replace('"i":2', '"i":3'));
  const damaged = await run(args, { cwd: elsewhere });
  expect(damaged.code).toBe(6);
  expect(damaged.json()).toMatchObject({ fault: { fault: "index_gap", index: 2 } });
});

test("an export and a proof come through a pipe, however slowly", async () => {
  const { out, audit, vkey } = await appliedLog();
  const [evidence, proof] = [join(out, "evidence.jsonl"), join(out, "entry.tlog-proof")];
  await audit("export", "--output", evidence, "--proofs");
  await audit("prove", "0", "--output", proof);
  for (const [flag, file] of [
    ["--export", evidence],
    ["--proof", proof],
  ] as const) {
    const child = start(["audit", "verify", flag, "-", "--vkey", vkey]);
    const ended = new Promise<unknown>((resolve) => child.on("exit", resolve));
    // Long after it has begun to read.
    await setTimeout(1500);
    child.stdin.end(readFileSync(file));
    expect(await ended).toBe(0);
  }
});

test("an entry is proved in a file of its own", async () => {
  const { out, audit, vkey } = await appliedLog();
  const file = join(out, "entry.tlog-proof");
  const proved = await audit("prove", "1", "--output", file, "--json");
  expect(proved.code).toBe(0);
  assertDescribed("audit-prove", proved.stdout);
  expect((await audit("prove", "1")).stdout).toBe(readFileSync(file, "utf8"));
  const args = ["audit", "verify", "--proof", file, "--json"];
  const ended = await run([...args, "--vkey", vkey]);
  expect(ended.code).toBe(0);
  assertDescribed("audit-verify", ended.stdout);
  expect(ended.json()).toMatchObject({ verified: true, source: "proof", entries: 1 });
  expect((await run(args)).code).toBe(64);
  writeFileSync(file, readFileSync(file, "utf8").replace("index 1", "index 0"));
  const damaged = await run([...args, "--vkey", vkey]);
  expect(damaged.code).toBe(6);
  expect(damaged.json()).toMatchObject({ fault: { fault: "proof_refused", index: 0 } });
  const missing = await audit("prove", "9999", "--json");
  expect(missing.code).toBe(1);
  expect(missing.json()).toMatchObject({ error: { code: "log_entry_not_found" } });
});

test("tiles in a folder are verified where a plain server shows them", async () => {
  const { out, audit, vkey } = await appliedLog();
  const folder = join(out, "public/log");
  const exported = await audit("export", "--tiles", folder);
  expect(exported).toMatchObject({ code: 0, stderr: "" });
  expect((await audit("export", "--tiles", folder)).code).toBe(0);
  const since = join(folder, "checkpoint");
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(out, "public", request.url ?? "")));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const url = `http://127.0.0.1:${port}`;
  const args = ["audit", "verify", "--url", url, "--vkey", vkey, "--json"];
  const ended = await run([...args, "--since", since]);
  expect(ended.code).toBe(0);
  assertDescribed("audit-verify", ended.stdout);
  expect(ended.json()).toMatchObject({ verified: true, source: "url", origin: "ACME/audit" });
  const nowhere = await run(["audit", "verify", "--url", `${url}/none`, "--vkey", vkey, "--json"]);
  expect(nowhere.code).toBe(1);
  expect(nowhere.json()).toMatchObject({ error: { code: "source_unreachable" } });
  expect((await run(["audit", "verify", "--url", "file:///etc", "--vkey", vkey])).code).toBe(64);
});

test("a key that is none is a slip, and no finding", async () => {
  const { audit, vkey } = await appliedLog();
  const ended = await audit("verify", "--vkey", vkey.slice(1), "--json");
  expect(ended.code).toBe(64);
  expect(ended.json()).toMatchObject({ error: { code: "usage" } });
});

test("entries that wait for a signature are told of, and signed when asked to", async () => {
  const { dir, audit } = await appliedLog();
  const erase = ["erase", "0", "--field", "public_key", "--reason", "r"];
  await audit(...erase, "--authority-key", join(dir, "none.key"));
  expect((await audit("verify")).stdout).toMatch(/1 entry behind it\s+waits for a signature/);
  expect((await run(["reconcile", "--once"], { cwd: dir })).code).toBe(0);
  expect((await audit("verify")).stdout).not.toContain("for a signature");
});

test("a state without its escrow is told to be alone", async () => {
  const { dir, audit } = await appliedLog();
  expect((await audit("verify")).stdout).not.toContain("escrow");
  rmSync(join(dir, ".concordat/na.db.escrow"));
  expect((await audit("verify")).stdout).toMatch(/^ {2}escrow {2}none/m);
  expect((await audit("verify", "--json")).json()).toMatchObject({ escrow_size: null });
});

test("tiles are not written between other files", async () => {
  const { out, audit } = await appliedLog();
  writeFileSync(join(out, "mine"), "");
  const refused = await audit("export", "--tiles", out, "--json");
  expect(refused.json()).toMatchObject({ error: { code: "not_empty" } });
  expect((await audit("export")).code).toBe(64);
});

test("an older checkpoint is extended, and another log's is not", async () => {
  const { dir, out, audit } = await appliedLog();
  const folder = join(out, "log");
  await audit("export", "--tiles", folder);
  commitTreaties(dir, ["umbrella"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const since = ["--since", join(folder, "checkpoint"), "--json"];
  const grown = await audit("verify", ...since);
  expect(grown.json()).toMatchObject({ verified: true });
  const other = await appliedLog();
  const refused = await other.audit("verify", ...since);
  expect(refused.code).toBe(6);
  expect(refused.json()).toMatchObject({ fault: { fault: "checkpoint_refused" } });
});
