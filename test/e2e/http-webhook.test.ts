/** A signed request wakes the controller, once; whatever else comes wakes nobody. */
import { createHmac } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signWebhook } from "../../src/notify/webhook-signature.js";
import { desired } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const URL = "/hooks/git";
const SECRET = Buffer.from("a secret that only tests know");
const METRIC = "concordat_webhook_requests_total";
const BODY = '{"ref":"refs/heads/main"}';

let world: World;
let served: Served;
let woken: string[] = [];

beforeEach(() => {
  world = new World();
  world.apply(desired());
  woken = [];
  served = new Served(world, {
    webhookSecret: SECRET,
    wake: (trigger) => woken.push(trigger),
  });
});

afterEach(async () => {
  await served.close();
  world.close();
});

async function post(
  headers: Record<string, string>,
  payload: string | Buffer = BODY,
  remoteAddress = "192.0.2.1",
): Promise<LightMyRequestResponse> {
  return served.app.inject({ method: "POST", url: URL, headers, payload, remoteAddress });
}

const seconds = (): number => Number(world.now / 1_000_000n);

function standard(
  id: string,
  body: string | Buffer = BODY,
  at = seconds(),
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": signWebhook(SECRET, id, at, body),
  };
}

function hub(body: string | Buffer = BODY, secret = SECRET): Record<string, string> {
  return {
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  };
}

function expectRefused(response: LightMyRequestResponse): void {
  expect(response.statusCode).toBe(401);
  const { error } = response.json<{ error: Record<string, unknown> }>();
  expect({ ...error, request_id: "" }).toEqual({
    code: "webhook_refused",
    message: "The request is not signed as it should be",
    details: {},
    request_id: "",
  });
}

test("without a secret, or without anybody to wake, there is no such route", async () => {
  for (const more of [{}, { webhookSecret: SECRET }, { wake: () => {} }]) {
    const other = new Served(world, more);
    const response = await other.app.inject({ method: "POST", url: URL, headers: standard("m") });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ error: { code: "not_found" } });
    await other.close();
  }
});

test.each([
  ["Standard Webhooks", () => standard("msg_1")],
  ["GitHub, Gitea and Forgejo", () => hub()],
])("a request signed as %s sign wakes the controller", async (_, headers) => {
  const response = await post({ ...headers(), "content-type": "application/json" });
  expect(response.statusCode).toBe(202);
  expect(response.json()).toEqual({ status: "accepted" });
  expect(response.headers).toMatchObject({
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  expect(woken).toEqual(["webhook"]);
  expect(await served.metric(`${METRIC}{result="accepted"}`)).toBe(1);
});

test("one of several signatures is enough, as while a secret is being changed", async () => {
  const headers = standard("msg_1");
  const foreign = signWebhook(Buffer.from("the next secret"), "msg_1", seconds(), BODY);
  headers["webhook-signature"] = `${foreign} ${headers["webhook-signature"]}`;
  expect((await post(headers)).statusCode).toBe(202);
});

test.each(["application/x-www-form-urlencoded", "text/plain", "application/json", "nonsense", ""])(
  "the body is bytes under the type %j",
  async (type) => {
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    const response = await post({ ...hub(body), "content-type": type }, body);
    expect(response.statusCode).toBe(202);
  },
);

test("an empty body can be signed as well", async () => {
  const response = await served.app.inject({
    method: "POST",
    url: URL,
    headers: standard("m", ""),
  });
  expect(response.statusCode).toBe(202);
});

test("every wrong request gets the same answer, and wakes nobody", async () => {
  const wrong: Record<string, string>[] = [
    {},
    hub("another body"),
    hub(BODY, Buffer.from("another secret")),
    { "x-hub-signature-256": "sha256=0" },
    { "x-hub-signature": "sha1=0" },
    standard("msg_1", "another body"),
    { ...standard("msg_1"), "webhook-id": "msg_2" },
    { ...standard("msg_1"), "webhook-timestamp": String(seconds() - 1) },
    { ...standard("msg_1"), "webhook-signature": "" },
    standard("msg_1", BODY, seconds() - 301),
    standard("msg_1", BODY, seconds() + 301),
    // With an id it is judged by it, whatever else it carries.
    { ...hub(), "webhook-id": "msg_1" },
  ];
  for (const headers of wrong) expectRefused(await post(headers));
  expect(woken).toEqual([]);
  expect(await served.metric(`${METRIC}{result="refused"}`)).toBe(wrong.length);
});

test.each([
  ["Standard Webhooks", () => standard("msg_1")],
  ["GitHub's form", () => hub()],
])("a request in %s that came before is refused for ten minutes", async (_, headers) => {
  expect((await post(headers())).statusCode).toBe(202);
  world.pass(299);
  const again = await post(headers());
  expect(again.statusCode).toBe(409);
  expect(again.json()).toMatchObject({ error: { code: "webhook_replayed" } });
  expect(woken).toHaveLength(1);
  expect(await served.metric(`${METRIC}{result="replayed"}`)).toBe(1);
  world.pass(301);
  expect((await post(headers())).statusCode).toBe(202);
});

test("an id is taken only by a request that is signed", async () => {
  expectRefused(await post({ ...standard("msg_1"), "webhook-signature": "v1,AAAA" }));
  expect((await post(standard("msg_1"))).statusCode).toBe(202);
});

test("a body of up to 1 MiB is taken here, and here only", async () => {
  const large = Buffer.alloc(1024 * 1024, "x");
  expect((await post(hub(large), large)).statusCode).toBe(202);
  const tooLarge = Buffer.alloc(1024 * 1024 + 1, "x");
  const refused = await post(hub(tooLarge), tooLarge);
  expect(refused.statusCode).toBe(413);
  expect(refused.json()).toMatchObject({ error: { code: "payload_too_large" } });
  const elsewhere = await served.app.inject({
    method: "POST",
    url: "/hooks/other",
    payload: large,
  });
  expect(elsewhere.statusCode).toBe(413);
});

test("after thirty failures in a minute an address is not listened to until the minute is over", async () => {
  for (let i = 0; i < 30; i += 1) expectRefused(await post({}));
  const throttled = await post(standard("msg_1"));
  expect(throttled.statusCode).toBe(429);
  expect(throttled.headers["retry-after"]).toBe("60");
  expect(throttled.json()).toMatchObject({ error: { code: "too_many_requests" } });
  expect((await post(standard("msg_1"), BODY, "192.0.2.2")).statusCode).toBe(202);
  expect(await served.metric(`${METRIC}{result="throttled"}`)).toBe(1);
  world.pass(60);
  expect((await post(standard("msg_2"))).statusCode).toBe(202);
});

test("an IPv6 network that one client has to itself is one address", async () => {
  for (let i = 1; i <= 30; i += 1) expectRefused(await post({}, BODY, `2001:db8:0:1::${i}`));
  expect((await post({}, BODY, "2001:db8:0:1:ffff::1")).statusCode).toBe(429);
  expectRefused(await post({}, BODY, "2001:db8:0:2::1"));
});

test.each(["GET", "HEAD", "PUT", "DELETE"] as const)("%s is 405", async (method) => {
  const response = await served.app.inject({ method, url: URL });
  expect(response.statusCode).toBe(405);
  expect(response.headers["allow"]).toBe("POST");
  expect(woken).toEqual([]);
});
