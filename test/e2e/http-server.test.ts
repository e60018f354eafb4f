/** Listening and stopping: over real sockets. */
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen } from "../../src/http/server.js";
import { desired } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

let world: World;
let served: Served;

beforeEach(() => {
  world = new World();
  world.apply(desired());
  served = new Served(world);
});

afterEach(async () => {
  await served.close();
  world.close();
});

const ANYWHERE = { host: "127.0.0.1", port: 0 };

test("tells the origin it is reached at", async () => {
  const listening = await listen(served.app, ANYWHERE);
  expect(listening.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${listening.address}/healthz`);
  expect(await response.json()).toEqual({ status: "ok" });
  await listening.close();
});

test("a taken port is address_in_use, an impossible address listen_failed", async () => {
  const listening = await listen(served.app, ANYWHERE);
  const second = new Served(world);
  const third = new Served(world);
  await expect(
    listen(second.app, { host: "127.0.0.1", port: Number(new URL(listening.address).port) }),
  ).rejects.toMatchObject({
    code: "address_in_use",
  });
  await expect(listen(third.app, { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "listen_failed",
  });
  await Promise.all([second.close(), third.close(), listening.close()]);
});

async function requestOn(agent: Agent, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().once("end", () => resolve(response))).once(
      "error",
      reject,
    );
  });
}

test("stops while clients keep their connections, and may be stopped twice", async () => {
  const listening = await listen(served.app, ANYWHERE);
  const agent = new Agent({ keepAlive: true });
  expect((await requestOn(agent, `${listening.address}/healthz`)).statusCode).toBe(200);
  const silent = connect(Number(new URL(listening.address).port), "127.0.0.1");
  await new Promise((resolve) => silent.once("connect", resolve));

  await Promise.all([listening.close(), listening.close()]);
  await listening.close();
  await expect(requestOn(agent, `${listening.address}/healthz`)).rejects.toThrow(
    /ECONNREFUSED|ECONNRESET|socket hang up/,
  );
  agent.destroy();
  silent.destroy();
});

test("finishes what it is answering before it stops", async () => {
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  served.app.get(served.undescribed("/slow"), async () => {
    arrived.resolve();
    await gate.promise;
    return "done";
  });
  const listening = await listen(served.app, ANYWHERE);
  const answer = fetch(`${listening.address}/slow`);
  await arrived.promise;

  let stopped = false;
  const closing = listening.close().then(() => (stopped = true));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(stopped).toBe(false);
  gate.resolve();
  expect(await (await answer).text()).toBe("done");
  await closing;
  expect(stopped).toBe(true);
});

test("cuts off what does not finish", async () => {
  const arrived = Promise.withResolvers<void>();
  served.app.get(served.undescribed("/never"), async () => {
    arrived.resolve();
    return new Promise(() => {});
  });
  const listening = await listen(served.app, ANYWHERE);
  const answer = fetch(`${listening.address}/never`).catch((error: unknown) => error);
  await arrived.promise;
  await listening.close();
  expect(await answer).toBeInstanceOf(Error);
});

test("sets every limit that is off by default", async () => {
  await served.app.ready();
  const { server, initialConfig } = served.app;
  expect(server).toMatchObject({
    requestTimeout: 10_000,
    headersTimeout: 5_000,
    timeout: 15_000,
    keepAliveTimeout: 15_000,
    maxRequestsPerSocket: 1000,
  });
  expect(initialConfig).toMatchObject({ bodyLimit: 65_536 });
});

test("a request that never ends is ended", async () => {
  const listening = await listen(served.app, ANYWHERE);
  served.app.server.headersTimeout = 500;
  const socket = connect(Number(new URL(listening.address).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  const answer = Buffer.concat(chunks).toString();
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"code":"request_timeout"');
  await listening.close();
});
