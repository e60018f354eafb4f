import { expect, test } from "vitest";
import { AddressRules } from "../../../src/feeds/address.js";
import { trustOf } from "../../../src/feeds/fetch.js";
import { Child } from "../../helpers/child.js";
import { failure, FeedServer, get } from "../../helpers/feed-server.js";

test("loopback is refused unless a setting opens it", async () => {
  const server = await FeedServer.start();
  server.json("{}");
  const rules = new AddressRules([]);
  expect(await get(server, { rules })).toEqual(failure("not a public address"));
  expect(await get(server, { rules }, server.url("localhost"))).toEqual(
    failure("localhost leads to 127.0.0.1"),
  );
  expect(server.connections).toBe(0);
  expect(await get(server)).toMatchObject({ kind: "body" });
});

test("a name is looked up once, and what it leads to later is of no matter", async () => {
  const server = await FeedServer.start();
  server.json("{}");
  let asked = 0;
  const rebinding = async (): Promise<readonly string[]> => [
    (asked += 1) === 1 ? "127.0.0.1" : "169.254.169.254",
  ];
  const url = server.url("feeds.example");
  expect(await get(server, { resolve: rebinding }, url)).toMatchObject({ kind: "body" });
  expect(asked).toBe(1);
  // The other way round: public for the check, private for a connection that asks again.
  const reversed = async (): Promise<readonly string[]> => [
    (asked += 1) === 2 ? "169.254.169.254" : "127.0.0.1",
  ];
  expect(await get(server, { resolve: reversed }, url)).toEqual(failure("169.254.169.254"));
  expect(server.connections).toBe(1);
});

test("the server is told the name, and must prove it", async () => {
  const server = await FeedServer.start();
  server.json("{}");
  const named = await get(server, {}, server.url("feeds.example"));
  expect(named).toMatchObject({ kind: "body" });
  expect(server.requests[0]?.headers.host).toBe(`feeds.example:${server.port}`);
  expect(await get(server, {}, server.url("other.example"))).toEqual(
    failure("ERR_TLS_CERT_ALTNAME_INVALID"),
  );
  expect(server.requests).toHaveLength(1);
});

test("a certificate of nobody that is trusted is refused", async () => {
  const server = await FeedServer.start();
  server.json("{}");
  expect(await get(server, { trust: trustOf(null) })).toEqual(failure("SELF_SIGNED_CERT"));
  expect(server.requests).toHaveLength(0);
});

test("plain http reaches an opened range", async () => {
  const server = await FeedServer.start("http");
  server.json("{}");
  const url = server.url("127.0.0.1", "http");
  expect(await get(server, {}, url)).toMatchObject({ kind: "body" });
});

test("nobody listening is a failure like another", async () => {
  const server = await FeedServer.start();
  expect(await get(server, {}, "https://127.0.0.2:9/feed.json")).toEqual(failure("ECONNREFUSED"));
});

test("an answer that is not HTTP is a failure like another", async () => {
  const server = await FeedServer.start();
  server.answer((request) => request.socket.end("SSH-2.0-OpenSSH\r\n\r\n"));
  expect(await get(server)).toEqual(failure("HPE_INVALID"));
});

test("what the environment says of proxies and of certificates is not heard", async () => {
  const server = await FeedServer.start();
  const proxy = await FeedServer.start("http");
  server.json("{}");
  const proxyUrl = new URL(proxy.url("127.0.0.1", "http")).origin;
  const code = `
    import { readFileSync } from "node:fs";
    import { AddressRules } from "./src/feeds/address.ts";
    import { fetchFeed, trustOf } from "./src/feeds/fetch.ts";
    const rules = new AddressRules(["127.0.0.0/8"]);
    const limits = { maxBytes: 1000, totalMs: 20000, idleMs: 20000, resolve: async () => [] };
    const pem = readFileSync(${JSON.stringify(server.caFile)}, "utf8");
    for (const trust of [trustOf(pem), trustOf(null)]) {
      const options = { ...limits, rules, trust };
      const answer = await fetchFeed(${JSON.stringify(server.url())}, null, options, new AbortController().signal);
      console.log(answer.kind + (answer.message ?? ""));
    }
    console.log("end");
  `;
  const child = new Child(code, {
    env: {
      NODE_USE_ENV_PROXY: "1",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      HTTPS_PROXY: proxyUrl,
      https_proxy: proxyUrl,
    },
  });
  await child.prints("body\nfailedthe request failed (DEPTH_ZERO_SELF_SIGNED_CERT)\nend\n");
  expect(proxy.connections).toBe(0);
});
