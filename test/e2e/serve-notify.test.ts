import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { commitTreaties, run, treatyWith, trustRepository } from "../helpers/cli.js";
import { commitFiles, temporaryFolder } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { until } from "../helpers/until.js";
import { bodyOf, headersOf, receiver, type Body, type Received } from "../unit/notify/receiver.js";

const SECRET = "what the receiver and the daemon share";

/** Settings in which a webhook and a channel are told, each at a port of this machine. */
function settings(webhook: number, slack: number): string {
  const folder = temporaryFolder();
  const secretFile = join(folder, "hook.secret");
  const urlFile = join(folder, "slack.url");
  const config = join(folder, "settings.yaml");
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(urlFile, `http://127.0.0.1:${slack}/services/T0/hidden\n`, { mode: 0o600 });
  const hook = `{ kind: webhook, name: hook, url: "http://127.0.0.1:${webhook}/told", secretFile: "${secretFile}" }`;
  writeFileSync(
    config,
    `interval: 1d\nnotify:\n  - ${hook}\n  - { kind: slack, name: slack, urlFile: "${urlFile}" }\n`,
  );
  return config;
}

async function followed(
  webhook: number,
  slack: number,
): Promise<{ readonly dir: string; readonly service: Service }> {
  const dir = await trustRepository();
  const commit = commitTreaties(dir, ["globex"]);
  const config = settings(webhook, slack);
  const service = await Service.start([
    "--repo",
    dir,
    "--db",
    join(dir, ".concordat/na.db"),
    "--config",
    config,
  ]);
  await service.settles(commit);
  return { dir, service };
}

function told(received: readonly Received[], type: string): readonly Body[] {
  return received.map(bodyOf).filter((body) => body.type === type);
}

function expectSigned(received: Received): void {
  const { id, timestamp, signature } = headersOf(received);
  const signed = `${id}.${timestamp}.${received.body}`;
  const mac = createHmac("sha256", SECRET).update(signed).digest("base64");
  expect(signature).toBe(`v1,${mac}`);
}

test("conditions, refusals and drift reach both receivers, signed", async () => {
  const hook = await receiver();
  const slack = await receiver();
  const { dir, service } = await followed(hook.port, slack.port);
  expect(hook.received).toEqual([]);

  const bad = commitFiles(dir, { "treaties/globex.yaml": "kind: Nothing\n" });
  const refusals = await until(
    "a refusal",
    () => told(hook.received, "concordat.plan.refused"),
    ({ length }) => length > 0,
  );
  expect(refusals).toMatchObject([
    { data: { commit: bad, reason: "ValidationFailed", source: dir } },
  ]);
  await service.becomes("Stalled", "True");
  commitFiles(dir, { "treaties/globex.yaml": treatyWith("globex") });
  const ready = (status: string) => (): boolean =>
    told(hook.received, "concordat.condition.changed").some(
      ({ data }) => data["condition"] === "Ready" && data["status"] === status,
    );
  await until("it was not ready", ready("False"));
  await until("it is ready again", ready("True"));

  const db = new Database(join(dir, ".concordat/na.db"));
  db.exec("UPDATE recognition_treaties SET status = 'suspended'");
  db.close();
  service.signal("SIGHUP");
  const drift = await until(
    "drift",
    () => told(hook.received, "concordat.drift.detected"),
    ({ length }) => length > 0,
  );
  expect(drift).toMatchObject([{ data: { count: 1, objects: [{ class: "suspended" }] } }]);

  for (const received of hook.received) expectSigned(received);
  await until("the channel has it too", () => {
    const text = slack.received.map(({ body }) => body).join("\n");
    return ["Refused: ValidationFailed", "Ready is True", "Drift detected: 1"].every((words) =>
      text.includes(words),
    );
  });
  expect(slack.received[0]?.path).toBe("/services/T0/hidden");
  expect(service.stderr).not.toContain(SECRET);
  expect(service.stderr).not.toContain("T0/hidden");
  expect(await service.stop()).toBe(0);
});

test("the same news shortly after is not told again", async () => {
  const hook = await receiver();
  const slack = await receiver();
  const { dir, service } = await followed(hook.port, slack.port);
  const suspend = ["suspend", "--reason", "a look"];
  const suspensions = (): readonly Body[] =>
    hook.received.map(bodyOf).filter(({ data }) => data["condition"] === "Suspended");
  expect((await run(suspend, { cwd: dir })).code).toBe(0);
  expect((await run(["resume"], { cwd: dir })).code).toBe(0);
  await until("both ends", () => suspensions().length === 2);
  expect((await run(suspend, { cwd: dir })).code).toBe(0);
  const line = /^concordat_notify_total\{sink="hook",result="suppressed"\} 1$/m;
  await until("it is counted", async () =>
    line.test(await (await fetch(`${service.address}/metrics`)).text()),
  );
  expect(suspensions().map(({ data }) => data["status"])).toEqual(["True", "False"]);
});

test("receivers that are down or never answer hold nothing up", async () => {
  const silent = await receiver(() => {});
  const gone = 1;
  const { dir, service } = await followed(silent.port, gone);
  commitFiles(dir, { "treaties/globex.yaml": "kind: Nothing\n" });
  await service.becomes("Stalled", "True", "ValidationFailed");
  await until("it was tried", () => silent.received.length > 0);
  const fixed = commitTreaties(dir, ["globex", "initech"]);
  await service.settles(fixed);
  expect((await service.get("/connectome.json")).json).toMatchObject({
    summary: { active_edge_count: 2 },
  });
  expect(await service.stop()).toBe(0);
});
