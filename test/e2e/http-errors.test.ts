/** Every refusal is the same envelope, under a request id, and says nothing that it should not. */
import { connect } from "node:net";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, type Listening } from "../../src/http/server.js";
import { desired } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const world = new World();
let served: Served;
let listening: Listening;

beforeAll(async () => {
  world.apply(desired());
  served = new Served(world);
  listening = await listen(served.app, { host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await listening.close();
  await served.close();
  world.close();
});

/** What comes back for bytes written to a socket, up to its end. */
async function exchange(bytes: string): Promise<string> {
  const { port } = new URL(listening.address);
  const socket = connect(Number(port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.end(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString();
}

const envelope = (code: string, request_id: string): unknown => ({
  error: { code, message: expect.any(String), details: {}, request_id },
});

test("an unknown route is 404", async () => {
  const response = await served.get("/nowhere", { "x-request-id": "r-1" });
  expect(response.statusCode).toBe(404);
  expect(response.json()).toEqual(envelope("not_found", "r-1"));
  expect(response.headers).toMatchObject({
    "content-type": "application/json",
    "cache-control": "no-store",
  });
  expect(response.headers).not.toHaveProperty("etag");
});

test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const)(
  "%s on a route is 405 and names what is allowed",
  async (method) => {
    for (const url of ["/connectome.json", "/recognition-treaties/some-id", "/healthz"]) {
      const response = await served.app.inject({ method, url, headers: { "x-request-id": "r-1" } });
      expect(response.statusCode).toBe(405);
      expect(response.headers["allow"]).toBe("GET, HEAD");
      expect(response.json()).toEqual(envelope("method_not_allowed", "r-1"));
    }
  },
);

test.each(["/connectome.json", "/nowhere"])("a body over 64 KiB to %s is 413", async (url) => {
  const payload = JSON.stringify("x".repeat(64 * 1024));
  const response = await served.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    payload,
  });
  expect(response.statusCode).toBe(413);
  expect(response.json()).toMatchObject({ error: { code: "payload_too_large" } });
});

test("a body over 64 KiB that does not say so is 413 as well", async () => {
  const body = `{"x":"${"x".repeat(64 * 1024)}"}`;
  const answer = await exchange(
    `POST /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('"code":"payload_too_large"');
});

test.each([
  ["/%zz", 400, "bad_request"],
  [`/recognition-treaties/${"x".repeat(300)}`, 404, "not_found"],
])("the path %s is refused with %i", async (url, status, code) => {
  const response = await served.get(url, { "x-request-id": "r-1" });
  expect(response.statusCode).toBe(status);
  expect(response.json()).toEqual(envelope(code, "r-1"));
  expect(response.headers).toMatchObject({
    "x-request-id": "r-1",
    "x-content-type-options": "nosniff",
  });
});

describe("bytes that are no request", () => {
  test.each([
    ["nonsense", "GARBAGE\r\n\r\n", 400, "bad_request"],
    [
      "two lengths",
      "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
      "bad_request",
    ],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "bad_request",
    ],
    [
      "huge headers",
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
  ])("%s are answered with the envelope", async (_, bytes, status, code) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(new RegExp(String.raw`^HTTP/1\.1 ${status} `));
    expect(answer.toLowerCase()).toContain("x-content-type-options: nosniff");
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ error: { code } });
  });

  test("a header named __proto__ is only a header", async () => {
    const answer = await exchange(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n__proto__: x\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("request ids", () => {
  test.each(["r-1", "0b5e1c5e-1d2c-4a57-9a0f-1f0c8a3b1a11", "a+b/c==", "x".repeat(128)])(
    "%s is echoed",
    async (id) => {
      const response = await served.get("/healthz", { "x-request-id": id });
      expect(response.headers["x-request-id"]).toBe(id);
    },
  );

  test.each(["", "x".repeat(129), "a b", "a\tb", 'a"b', "<b>", "é", "a,b"])(
    "%j is replaced",
    async (id) => {
      const response = await served.get("/nowhere", { "x-request-id": id });
      const made = response.headers["x-request-id"];
      expect(made).toMatch(/^made-\d+$/);
      expect(response.json()).toEqual(envelope("not_found", String(made)));
    },
  );
});

test("every answer carries the security headers and none for other origins", async () => {
  for (const url of ["/connectome.json", "/metrics", "/nowhere"]) {
    const { headers } = await served.get(url, { origin: "https://evil.example" });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("a fault of ours is opaque to the client and whole in the log", async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const broken = new Served(world, {
    logger: { level: "info", stream },
    source: () => {
      throw new Error("secret path");
    },
  });
  await broken.settle();
  const response = await broken.get("/readyz?about=whom", { "x-request-id": "r-1" });
  await broken.close();
  expect(response.statusCode).toBe(500);
  expect(response.json()).toEqual({
    error: { code: "internal", message: "Internal server error", details: {}, request_id: "r-1" },
  });
  const log = lines.join("");
  expect(log).toContain("secret path");
  expect(log).toContain("r-1");
  expect(log).not.toContain("whom");
});

test("the log holds refusals and no word of what succeeds", async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logging = new Served(world, { logger: { level: "info", stream } });
  await logging.get("/connectome.json");
  expect(lines).toEqual([]);
  await logging.get("/attestations/nobody?q=1", { "x-request-id": "r-1" });
  // Nobody fills the log with what he asks for.
  const long = `/log/tile/0/${"a".repeat(10_000)}`;
  await logging.get(long);
  // It may be the address of another service, with its token.
  await logging.get("/nowhere/with-a-token");
  await logging.close();
  const [first, second, third] = lines.map((line): unknown => JSON.parse(line));
  expect(first).toMatchObject({
    reqId: "r-1",
    method: "GET",
    path: "/attestations/nobody",
    status: 404,
  });
  expect(second).toMatchObject({ path: long.slice(0, 512) });
  expect(third).toMatchObject({ path: null, status: 404 });
  expect(lines).toHaveLength(3);
});
