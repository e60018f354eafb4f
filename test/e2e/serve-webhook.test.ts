import { expect, test } from "vitest";
import { commitTreaties, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { hookEnvironment, hubHeaders, post, standardHeaders } from "../helpers/hook.js";
import { publishedTrust } from "../helpers/published-trust.js";
import { Service } from "../helpers/service.js";
import { until } from "../helpers/until.js";

const BODY = JSON.stringify({ ref: "refs/heads/main", after: "whatever it says" });

async function webhooks(service: Service): Promise<number> {
  const line = /^concordat_webhook_requests_total\{result="accepted"\} (\d+)$/m;
  const metrics = await (await fetch(`${service.address}/metrics`)).text();
  return Number(line.exec(metrics)?.[1] ?? 0);
}

test.each([
  ["Standard Webhooks", (body: string) => standardHeaders(body)],
  ["GitHub", (body: string) => hubHeaders(body)],
] as const)("a push that is told as %s tells it, is applied", async (_host, sign) => {
  const { dir, args, env, push } = await publishedTrust();
  const options = { env: { ...env, ...hookEnvironment() } };
  const service = await Service.start([...args, "--log-level", "debug"], options);
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  const commit = commitTreaties(dir, ["globex"]);
  push();
  const headers = sign(BODY);
  expect(await post(service.address, BODY, headers)).toMatchObject({ status: 202 });
  await service.settles(commit);
  const woken = service.logged({ msg: "run started", trigger: "webhook" }).length;
  expect(woken).toBe(1);

  // The same request again wakes nobody.
  expect(await post(service.address, BODY, headers)).toMatchObject({
    status: 409,
    json: { error: { code: "webhook_replayed" } },
  });
  const others = `${BODY} `;
  expect(await post(service.address, others, sign(others))).toMatchObject({ status: 202 });
  await until(
    "the second wakes",
    () => service.logged({ msg: "run started", trigger: "webhook" }).length > woken,
  );
  expect(await webhooks(service)).toBe(2);
  expect(service.logged({ msg: "run started", trigger: "webhook" })).toHaveLength(2);
});

test("what is not signed with the secret is refused, and wakes nobody", async () => {
  const dir = await trustRepository();
  const service = await Service.start(["--repo", dir, "--log-level", "debug"], {
    env: hookEnvironment(),
  });
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  const wrong = "another secret, as long as the right one";
  const refused = { status: 401, json: { error: { code: "webhook_refused" } } };
  expect(await post(service.address, BODY, {})).toMatchObject(refused);
  expect(await post(service.address, BODY, standardHeaders(BODY, wrong))).toMatchObject(refused);
  expect(await post(service.address, BODY, hubHeaders(BODY, wrong))).toMatchObject(refused);
  expect(await post(service.address, `${BODY} `, hubHeaders(BODY))).toMatchObject(refused);
  expect(service.logged({ msg: "run started", trigger: "webhook" })).toEqual([]);
  expect(service.stderr).not.toContain(wrong);
});

test("without a secret there is no such address", async () => {
  const dir = await trustRepository();
  const service = await Service.start(["--repo", dir]);
  expect(await post(service.address, BODY, standardHeaders(BODY))).toMatchObject({ status: 404 });
});
