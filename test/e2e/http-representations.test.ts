/** Validators, conditional requests, content codings and HEAD (RFC 9110). */
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attestation, desired, recognitionPolicy, treaty } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const world = new World();
let served: Served;
let routes: string[] = [];

beforeAll(async () => {
  const wanted = desired({
    treaties: [treaty("globex", "globex"), treaty("initech", "initech")],
    attestations: [attestation("alpha")],
    policy: recognitionPolicy(),
  });
  world.apply(wanted);
  served = new Served(world);
  await served.settle();
  const { treaties, attestations } = world.snapshot;
  routes = [
    "/healthz",
    "/readyz",
    "/genesis",
    "/sovereign.json",
    "/recognition-policy",
    "/recognition-treaties",
    "/recognition-treaties?limit=1",
    `/recognition-treaties/${treaties[0]?.id}`,
    "/attestations",
    `/attestations/${attestations[0]?.id}`,
    "/sovereign-revocation-feed",
    "/recognition-graph",
    "/connectome.json",
    "/connectome/trust-path?from=ACME&to=GLOBEX",
  ];
});

afterAll(async () => {
  await served.close();
  world.close();
});

const VOLATILE = new Set(["date", "x-request-id", "connection", "keep-alive"]);

function stableHeaders({ headers }: LightMyRequestResponse): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !VOLATILE.has(name)));
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash("sha256").update(bytes).digest("hex")}"`;
}

test("every route has a strong validator: the digest of its bytes", async () => {
  for (const url of routes) {
    const response = await served.get(url);
    expect(response.statusCode, url).toBe(200);
    expect(response.headers, url).toMatchObject({
      etag: etagOf(response.rawPayload),
      vary: "Accept-Encoding",
      "cache-control": "no-cache",
      "content-length": String(response.rawPayload.length),
    });
  }
});

test("a client that holds the representation gets 304 with its validator and no body", async () => {
  for (const url of routes) {
    const full = await served.get(url);
    const known = await served.get(url, { "if-none-match": `"other", W/${full.headers.etag}` });
    expect(known.statusCode, url).toBe(304);
    expect(known.body).toBe("");
    expect(known.headers).toMatchObject({
      etag: full.headers.etag,
      vary: "Accept-Encoding",
      "cache-control": "no-cache",
    });
    expect(known.headers).not.toHaveProperty("content-type");
    expect((await served.get(url, { "if-none-match": "*" })).statusCode).toBe(304);
    expect((await served.get(url, { "if-none-match": '"other"' })).statusCode).toBe(200);
  }
});

test("HEAD answers as GET without the body", async () => {
  for (const url of [...routes, "/metrics"]) {
    const get = await served.get(url);
    const head = await served.app.inject({ method: "HEAD", url });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe("");
    if (url === "/metrics") continue;
    expect(stableHeaders(head), url).toEqual(stableHeaders(get));
    const known = await served.app.inject({
      method: "HEAD",
      url,
      headers: { "if-none-match": String(get.headers.etag) },
    });
    expect(known.statusCode).toBe(304);
    expect(known.headers).not.toHaveProperty("content-length");
  }
});

describe("content codings", () => {
  const url = "/connectome.json";

  test.each([
    ["br", brotliDecompressSync],
    ["gzip", gunzipSync],
  ] as const)("%s holds the same document under its own validator", async (coding, decode) => {
    const plain = await served.get(url);
    const coded = await served.get(url, { "accept-encoding": coding });
    expect(plain.headers).not.toHaveProperty("content-encoding");
    expect(coded.headers).toMatchObject({
      "content-encoding": coding,
      "content-type": "application/json",
      etag: etagOf(coded.rawPayload),
      vary: "Accept-Encoding",
    });
    expect(coded.headers.etag).not.toBe(plain.headers.etag);
    expect(decode(coded.rawPayload).toString()).toBe(plain.body);

    const again = await served.get(url, {
      "accept-encoding": coding,
      "if-none-match": String(coded.headers.etag),
    });
    expect(again.statusCode).toBe(304);
    const other = await served.get(url, { "if-none-match": String(coded.headers.etag) });
    expect(other.statusCode).toBe(200);
  });

  test("concurrent first requests get one and the same variant", async () => {
    const fresh = new Served(world);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(async () => fresh.get(url, { "accept-encoding": "br" })),
    );
    expect(new Set(answers.map((answer) => answer.headers.etag)).size).toBe(1);
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200]);
    await fresh.close();
  });

  test("a body that fits one packet is not compressed", async () => {
    const { headers } = await served.get("/healthz", { "accept-encoding": "br, gzip" });
    expect(headers).not.toHaveProperty("content-encoding");
    expect(headers).toMatchObject({ vary: "Accept-Encoding" });
  });
});
