/** Admin requests to the program as it runs: over its own clock, through restarts and without space. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPrivateKey } from "../../src/sign/key-file.js";
import { operatorYaml, signedHeaders, type AdminHeaders } from "../helpers/admin.js";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { commitFiles, git } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { exchange } from "../helpers/raw-http.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

interface TreatyList {
  readonly recognition_treaties: readonly {
    readonly status: string;
    readonly treaty: { readonly treaty_id: string };
  }[];
}

/** A service that has settled on one treaty. */
class Office {
  readonly dir: string;
  service: Service;

  private constructor(dir: string, service: Service) {
    this.dir = dir;
    this.service = service;
  }

  static async open(): Promise<Office> {
    const dir = await trustRepository();
    const commit = commitTreaties(dir, ["globex"]);
    const service = await Service.start(["--repo", dir], DAILY);
    await service.settles(commit);
    return new Office(dir, service);
  }

  async restart(): Promise<void> {
    this.service = await Service.start(["--repo", this.dir], DAILY);
  }

  async treaty(): Promise<{ readonly id: string; readonly status: string }> {
    const { json } = await this.service.get("/recognition-treaties");
    const [row] = (json as TreatyList).recognition_treaties;
    return { id: row?.treaty.treaty_id ?? "", status: row?.status ?? "" };
  }

  headers(path: string, more: Partial<Parameters<typeof signedHeaders>[0]> = {}): AdminHeaders {
    const key = (name: string) => readPrivateKey(join(this.dir, `.concordat/keys/${name}.key`));
    return signedHeaders({
      path,
      audience: key("authority").publicKey,
      key: key("operator-root"),
      timestamp: new Date().toISOString(),
      nonce: randomUUID(),
      ...more,
    });
  }

  async post(
    path: string,
    headers: AdminHeaders = this.headers(path),
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const answer = await fetch(this.service.address + path, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: "{}",
    });
    return { status: answer.status, json: await answer.json() };
  }
}

test("a treaty is revoked once, and the request does nothing after a restart", async () => {
  const office = await Office.open();
  const { id } = await office.treaty();
  const path = `/admin/recognition-treaties/${id}/revoke`;
  const headers = office.headers(path);
  expect(await office.post(path, headers)).toMatchObject({ status: 200 });
  expect(await office.treaty()).toEqual({ id, status: "revoked" });
  const replayed = { status: 401, json: { error: { message: "Admin nonce already used" } } };
  expect(await office.post(path, headers)).toMatchObject(replayed);
  expect(await office.service.stop()).toBe(0);
  await office.restart();
  expect(await office.post(path, headers)).toMatchObject(replayed);
  await office.service.settles(git(office.dir, ["rev-parse", "HEAD"]));
  // Git wants the treaty; whoever revoked it was heard all the same.
  expect(await office.treaty()).toEqual({ id, status: "revoked" });
  expect(await office.service.stop()).toBe(0);
  const { stdout } = await run(
    ["audit", "export", "--output", "-", "--event-type", "admin_auth_failed"],
    {
      cwd: office.dir,
    },
  );
  expect(stdout.match(/"nonce_replay"/g)).toHaveLength(2);
});

test("an operator key of a commit counts on the next request, without a restart", async () => {
  const office = await Office.open();
  const { id } = await office.treaty();
  const path = `/admin/recognition-treaties/${id}/revoke`;
  const headers = (): AdminHeaders =>
    office.headers(path, { keyId: "operator-deputy", key: keyOf("operator deputy") });
  expect(await office.post(path, headers())).toMatchObject({ status: 401 });
  const commit = commitFiles(office.dir, {
    "operators/deputy.yaml": operatorYaml("deputy", "privileged"),
  });
  await office.service.settles(commit);
  expect(await office.post(path, headers())).toMatchObject({ status: 200 });
});

test("a request is refused with 503 while the disk is full, and done once there is space", async () => {
  const office = await Office.open();
  const { id } = await office.treaty();
  const path = `/admin/recognition-treaties/${id}/revoke`;
  const headers = office.headers(path);
  // No file of the process grows any more, and none is written.
  execFileSync("prlimit", ["--pid", String(office.service.pid), "--fsize=0:unlimited"]);
  expect(await office.post(path, headers)).toMatchObject({
    status: 503,
    json: { error: { code: "service_not_ready", details: { reasons: ["state_unreadable"] } } },
  });
  // What a failed write has left is unknown, so the service ends rather than to go on with it.
  expect(await office.service.ended).toBe(1);
  await office.restart();
  expect(await office.treaty()).toEqual({ id, status: "active" });
  expect(await office.post(path, headers)).toMatchObject({ status: 200 });
});

test("a revocation passes while the controller is suspended", async () => {
  const office = await Office.open();
  const { id } = await office.treaty();
  expect((await run(["suspend", "--reason", "INC-9"], { cwd: office.dir })).code).toBe(0);
  expect(await office.post(`/admin/recognition-treaties/${id}/revoke`)).toMatchObject({
    status: 200,
  });
});

test("a grant is managed by git", async () => {
  const office = await Office.open();
  const path = "/admin/attestations";
  const body = { subject_id: "node-1", roles: ["role:client"] };
  const answer = await fetch(office.service.address + path, {
    method: "POST",
    headers: { ...office.headers(path, { body }), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    409,
    { error: { code: "managed_by_git", details: { file: "attestations/node-1.yaml" } } },
  ]);
});

test("a service that only reads refuses what would write", async () => {
  const office = await Office.open();
  const { id } = await office.treaty();
  office.service = await Service.start(["--repo", office.dir, "--read-only"]);
  expect(await office.post(`/admin/recognition-treaties/${id}/revoke`)).toMatchObject({
    status: 503,
    json: { error: { code: "no_controller" } },
  });
});

test.each<[string, (fields: readonly string[]) => string, number]>([
  ["a field twice", (fields) => [...fields, "X-Admin-Nonce: b"].join("\r\n"), 401],
  [
    "both a length and chunks",
    (fields) => [...fields, "Transfer-Encoding: chunked"].join("\r\n"),
    400,
  ],
])("%s is refused", async (_what, join_, status) => {
  const office = await Office.open();
  const { id } = await office.treaty();
  const path = `/admin/recognition-treaties/${id}/revoke`;
  const signed = Object.entries(office.headers(path)).map(([name, value]) => `${name}: ${value}`);
  const head = join_([
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: close",
    "Content-Type: application/json",
    "Content-Length: 2",
    ...signed,
  ]);
  const answer = await exchange(office.service.address, `${head}\r\n\r\n{}`);
  expect(answer.status).toBe(status);
  expect(await office.treaty()).toEqual({ id, status: "active" });
});
