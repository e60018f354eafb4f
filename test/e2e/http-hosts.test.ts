/** Which hosts and which pages are answered: over real sockets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServeContext } from "../../src/http/context.js";
import { listen, type Listening } from "../../src/http/server.js";
import { desired } from "../helpers/desired.js";
import { codeOf, exchange } from "../helpers/raw-http.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const world = new World();
const opened: (() => Promise<void>)[] = [];

beforeAll(() => void world.apply(desired()));

afterAll(async () => {
  for (const close of opened) await close();
  world.close();
});

async function serve(more: Partial<ServeContext> = {}): Promise<Listening> {
  const served = new Served(world, more);
  const listening = await listen(served.app, { host: "127.0.0.1", port: 0 });
  opened.push(async () => {
    await listening.close();
    await served.close();
  });
  return listening;
}

const get = (target: string, ...fields: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, ...fields, "Connection: close", "", ""].join("\r\n");

describe("without a list", () => {
  let origin: string;
  beforeAll(async () => {
    origin = (await serve({ host: "trust.internal", endpoint: "https://na.example:8443" })).address;
  });

  test.each([
    "localhost",
    "LOCALHOST:1",
    "127.0.0.1:8443",
    "[::1]:80",
    "trust.internal",
    "na.example",
    "NA.example:9999",
  ])("%s is answered", async (host) => {
    expect((await exchange(origin, get("/healthz", `Host: ${host}`))).status).toBe(200);
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "evil.example:localhost",
    "localhost@evil.example",
    "localhost.",
    "localhost:",
    "localhost:123456",
    "10.0.0.1",
    "[::2]",
    "localhost, evil.example",
  ])("%s is refused on every route", async (host) => {
    for (const path of ["/healthz", "/readyz", "/genesis", "/nowhere"]) {
      const answer = await exchange(origin, get(path, `Host: ${host}`));
      expect(answer.status).toBe(403);
      expect(codeOf(answer)).toBe("host_not_allowed");
      expect(answer.head).toContain("content-security-policy: ");
    }
  });

  test.each([
    ["none", []],
    ["an empty one", ["Host:"]],
    ["two", ["Host: localhost", "host: localhost"]],
  ])("%s is a bad request", async (_, fields) => {
    const answer = await exchange(origin, get("/healthz", ...fields));
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("bad_request");
  });

  test("a target in absolute form stands for the host, whatever the field says", async () => {
    const local = await exchange(origin, get("http://localhost/healthz", "Host: evil.example"));
    expect(local.status).toBe(200);
    for (const host of ["evil.example", "localhost@evil.example", "evil.example:80"]) {
      const answer = await exchange(origin, get(`http://${host}/healthz`, "Host: localhost"));
      expect(codeOf(answer)).toBe("host_not_allowed");
    }
    expect((await exchange(origin, get("http://localhost?x", "Host: localhost"))).status).toBe(404);
  });
});

test("the address that a connection came in at needs no entry", async () => {
  const { address } = await serve({ allowedHosts: ["na.example"] });
  const { host } = new URL(address);
  expect((await exchange(address, get("/healthz", `Host: ${host}`))).status).toBe(200);
  expect((await exchange(address, get("/healthz", "Host: localhost"))).status).toBe(403);
});

test("an entry with a port is for that port, one without for any", async () => {
  const { address } = await serve({ allowedHosts: ["a.example:81", "b.example", "[fd00::5]"] });
  for (const [host, status] of [
    ["a.example:81", 200],
    ["a.example", 403],
    ["a.example:82", 403],
    ["b.example", 200],
    ["b.example:82", 200],
    ["[fd00::5]:1", 200],
    ["na.example", 403],
  ] as const) {
    expect([host, (await exchange(address, get("/healthz", `Host: ${host}`))).status]).toEqual([
      host,
      status,
    ]);
  }
});

test("a star lets every host through, but not none", async () => {
  const { address } = await serve({ allowedHosts: ["*"] });
  expect((await exchange(address, get("/healthz", "Host: evil.example"))).status).toBe(200);
  expect((await exchange(address, get("/healthz"))).status).toBe(400);
});

describe("Origin", () => {
  let origin: string;
  beforeAll(async () => {
    origin = (await serve()).address;
  });
  const ask = async (line: string): ReturnType<typeof exchange> =>
    await exchange(
      origin,
      `${line} HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nConnection: close\r\n\r\n`,
    );

  test.each([
    "POST /attestations/verify",
    "POST /nowhere",
    "OPTIONS /connectome.json",
    "GET /admin/x",
    "GET /admin",
    "GET /ADMIN/x",
    "DELETE /connectome.json",
  ])("%s is refused", async (line) => {
    const answer = await ask(line);
    expect(answer.status).toBe(403);
    expect(codeOf(answer)).toBe("origin_not_allowed");
    expect(answer.head).not.toContain("access-control");
  });

  test.each(["GET /genesis", "GET /connectome.json"])("%s is answered", async (line) => {
    const answer = await ask(line);
    expect(answer.status).toBe(200);
    expect(answer.head).not.toContain("access-control");
  });
});

test("an expectation that nobody knows is not met and not in the way", async () => {
  const { address } = await serve();
  const fields = ["Host: localhost", "Expect: the unexpected"];
  const answer = await exchange(address, get("/healthz", ...fields));
  expect(answer.status).toBe(200);
  expect(answer.head).toContain("x-content-type-options: nosniff");
  expect((await exchange(address, get("/healthz", "Host: evil.example", "Expect: x"))).status).toBe(
    403,
  );
});
