/** Clients that take more than they should, and what the others notice of them: over real sockets. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServeContext } from "../../src/http/context.js";
import { listen, type Listening } from "../../src/http/server.js";
import { desired } from "../helpers/desired.js";
import { codeOf, exchange, RawClient } from "../helpers/raw-http.js";
import { Served } from "../helpers/served.js";
import { until } from "../helpers/until.js";
import { World } from "../helpers/world.js";

let world: World;
let served: Served;
let listening: Listening;

beforeEach(() => {
  world = new World();
  world.apply(desired());
});

afterEach(async () => {
  await listening.close();
  await served.close();
  world.close();
});

async function serve(more: Partial<ServeContext> = {}): Promise<string> {
  served = new Served(world, more);
  listening = await listen(served.app, { host: "127.0.0.1", port: 0 });
  return listening.address;
}

const HEALTH = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const OTHER = "127.0.0.2";

async function crowd(origin: string, size: number): Promise<readonly RawClient[]> {
  return await Promise.all(
    Array.from({ length: size }, async () => await RawClient.connect(origin)),
  );
}

test("a thousand silent connections leave room for others, and are ended", async () => {
  const origin = await serve();
  served.app.server.headersTimeout = 1_000;
  const idle = await crowd(origin, 1_000);
  await until("the cap holds", () => idle.filter(({ isOver }) => isOver).length >= 488);
  expect((await exchange(origin, HEALTH, OTHER)).status).toBe(200);
  await until("all are ended", () => idle.every(({ isOver }) => isOver));
  expect((await exchange(origin, HEALTH)).status).toBe(200);
});

test("an address may hold so many connections, and another as many", async () => {
  const origin = await serve({ limits: { connectionsPerAddress: 2 } });
  const [first] = await crowd(origin, 2);
  expect(await (await RawClient.connect(origin)).ended()).toBe("");
  expect((await exchange(origin, HEALTH, OTHER)).status).toBe(200);
  first?.socket.destroy();
  await until("its place is free", async () => (await exchange(origin, HEALTH)).status === 200);
});

test("all together may hold so many connections", async () => {
  const origin = await serve({ limits: { connections: 3 } });
  const [first] = await crowd(origin, 3);
  expect(await (await RawClient.connect(origin, OTHER)).ended()).toBe("");
  first?.socket.destroy();
  await until(
    "a place is free",
    async () => (await exchange(origin, HEALTH, OTHER)).status === 200,
  );
});

test("behind proxies the addresses of connections are not counted", async () => {
  const origin = await serve({ trustedProxies: 1, limits: { connectionsPerAddress: 1 } });
  await crowd(origin, 3);
  expect((await exchange(origin, HEALTH)).status).toBe(200);
});

test("a body that comes byte by byte is given up, and nobody waits for it", async () => {
  const origin = await serve();
  served.app.server.requestTimeout = 1_500;
  const slow = await RawClient.connect(origin);
  slow.write(
    "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n",
  );
  const drip = setInterval(() => slow.write("x"), 100);
  expect((await exchange(origin, HEALTH)).status).toBe(200);
  const text = await slow.ended();
  clearInterval(drip);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(text).toContain('"code":"request_timeout"');
});

test("more header fields than a request needs are refused", async () => {
  const origin = await serve();
  const fields = (count: number): string => "X-Field: 1\r\n".repeat(count);
  const ask = async (count: number): ReturnType<typeof exchange> =>
    await exchange(origin, HEALTH.replace("\r\n\r\n", `\r\n${fields(count)}\r\n`));
  expect((await ask(98)).status).toBe(200);
  for (const count of [99, 900]) {
    const answer = await ask(count);
    expect(answer.status).toBe(431);
    expect(codeOf(answer)).toBe("headers_too_large");
  }
});

test("requests sent without waiting are answered in their order, and each is judged", async () => {
  const origin = await serve();
  const client = await RawClient.connect(origin);
  const ask = (id: number, host: string): string =>
    `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-Request-ID: r-${id}\r\n\r\n`;
  const hosts = Array.from({ length: 200 }, (_, id) =>
    id % 2 === 0 ? "localhost" : "evil.example",
  );
  client.write(hosts.map((host, id) => ask(id, host)).join(""));
  client.write(HEALTH);
  const text = await client.ended();
  const answers = [...text.matchAll(/HTTP\/1\.1 (\d+) [^]*?x-request-id: (r-\d+)/gi)];
  expect(answers.slice(0, 200).map(([, status, id]) => `${id} ${status}`)).toEqual(
    hosts.map((host, id) => `r-${id} ${host === "localhost" ? 200 : 403}`),
  );
});

describe("one address asks too much", () => {
  const from = (remoteAddress: string, url = "/genesis", headers = {}) =>
    served.app.inject({ url, remoteAddress, headers });

  test("it waits a minute, and others do not", async () => {
    await serve({ limits: { readsPerMinute: 3 } });
    for (let count = 0; count < 3; count += 1)
      expect((await from("192.0.2.1")).statusCode).toBe(200);
    const refused = await from("192.0.2.1");
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({ "retry-after": "60" });
    expect(refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded", details: {} } });
    expect((await from("192.0.2.1", "/nowhere")).statusCode).toBe(429);
    expect((await from("192.0.2.1", "/healthz")).statusCode).toBe(200);
    expect((await from("192.0.2.1", "/readyz")).statusCode).toBe(200);
    expect((await from("192.0.2.2")).statusCode).toBe(200);
    world.pass(60);
    expect((await from("192.0.2.1")).statusCode).toBe(200);
  });

  test("the addresses of one network are one, mapped ones those that they stand for", async () => {
    await serve({ limits: { readsPerMinute: 1 } });
    expect((await from("2001:db8::1")).statusCode).toBe(200);
    expect((await from("2001:db8:0:0:ffff::2")).statusCode).toBe(429);
    expect((await from("2001:db8:0:1::1")).statusCode).toBe(200);
    expect((await from("192.0.2.1")).statusCode).toBe(200);
    expect((await from("::ffff:192.0.2.1")).statusCode).toBe(429);
  });

  test("what comes from this machine is not counted", async () => {
    await serve({ limits: { readsPerMinute: 1 } });
    for (const address of ["127.0.0.1", "127.0.0.1", "::1", "::1", "::ffff:127.0.0.1"])
      expect((await from(address)).statusCode).toBe(200);
  });

  test("so many addresses from the right are believed as there are proxies", async () => {
    await serve({ limits: { readsPerMinute: 1 }, trustedProxies: 2 });
    const via = async (forwarded: string): Promise<number> =>
      (await from("10.0.0.1", "/genesis", { "x-forwarded-for": forwarded })).statusCode;
    expect(await via("203.0.113.9, 192.0.2.1, 10.0.0.2")).toBe(200);
    // What stands further left is the client's own word.
    expect(await via("203.0.113.8, 192.0.2.1, 10.0.0.2")).toBe(429);
    expect(await via("203.0.113.9, 192.0.2.2, 10.0.0.2")).toBe(200);
    expect(await via("192.0.2.1")).toBe(429);
  });

  test("without proxies nothing that is forwarded is believed", async () => {
    await serve({ limits: { readsPerMinute: 1 } });
    const headers = {
      "x-forwarded-for": "127.0.0.1",
      "x-real-ip": "127.0.0.1",
      forwarded: "for=::1",
    };
    expect((await from("192.0.2.1", "/genesis", headers)).statusCode).toBe(200);
    expect((await from("192.0.2.1", "/genesis", headers)).statusCode).toBe(429);
  });
});
