import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fetchFeed } from "../../../src/feeds/fetch.js";
import { failure, FeedServer, get, NEVER, optionsFor, textOf } from "../../helpers/feed-server.js";

const JSON_TYPE = { "Content-Type": "application/json" };

describe("an answer", () => {
  test("comes with its validator", async () => {
    const server = await FeedServer.start();
    server.json('{"a":1}', { ETag: '"v1"' });
    const answer = await get(server);
    expect(answer).toMatchObject({ kind: "body", etag: '"v1"' });
    expect(textOf(answer)).toBe('{"a":1}');
  });

  test("is asked for without cookies, encodings or anything that tells who asks", async () => {
    const server = await FeedServer.start();
    server.json("{}");
    await get(server);
    expect(server.requests[0]?.method).toBe("GET");
    expect(server.requests[0]?.headers).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      connection: "close",
      host: `127.0.0.1:${server.port}`,
      "user-agent": "concordat",
    });
  });

  test("that is known is not sent again", async () => {
    const server = await FeedServer.start();
    server.json("{}", { ETag: 'W/"v1"' });
    const options = optionsFor(server);
    expect(await fetchFeed(server.url(), 'W/"v1"', options, NEVER)).toEqual({
      kind: "not_modified",
    });
    expect(await fetchFeed(server.url(), '"v0"', options, NEVER)).toMatchObject({ kind: "body" });
  });

  test("304 without a validator is none", async () => {
    const server = await FeedServer.start();
    server.answer((_request, response) => response.writeHead(304).end());
    expect(await get(server)).toEqual(failure("304"));
  });

  test.each(["v1", `"${"v".repeat(300)}"`, '"a b"'])("has no validator in %j", async (etag) => {
    const server = await FeedServer.start();
    server.json("{}", { ETag: etag });
    expect(await get(server)).toMatchObject({ kind: "body", etag: null });
  });

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"])(
    "may have the type %s",
    async (type) => {
      const server = await FeedServer.start();
      server.json("{}", { "Content-Type": type });
      expect(await get(server)).toMatchObject({ kind: "body" });
    },
  );

  test.each([
    "text/html",
    "application/jsonp",
    "application/json-seq",
    "text/plain; application/json",
    "",
  ])("must not have the type %j", async (type) => {
    const server = await FeedServer.start();
    server.json("{}", { "Content-Type": type });
    expect(await get(server)).toEqual(failure("not application/json"));
  });

  test.each([201, 204, 206, 400, 401, 404, 429, 500, 503])(
    "with status %d is none",
    async (status) => {
      const server = await FeedServer.start();
      server.answer((_request, response) => response.writeHead(status, JSON_TYPE).end());
      expect(await get(server)).toEqual(failure(`status ${status}`));
    },
  );
});

describe("redirects", () => {
  test.each([301, 302, 303, 307, 308])("%d is not followed, wherever it leads", async (status) => {
    const server = await FeedServer.start();
    const target = await FeedServer.start();
    target.json("{}");
    for (const location of [target.url(), "https://feeds.example/elsewhere", "/other.json", ""]) {
      server.answer((_request, response) =>
        response.writeHead(status, { ...JSON_TYPE, Location: location }).end("{}"),
      );
      expect(await get(server)).toEqual(failure("redirects are not followed"));
    }
    expect(target.connections).toBe(0);
    expect(server.requests).toHaveLength(4);
  });
});

describe("size", () => {
  test("up to the cap is read", async () => {
    const server = await FeedServer.start();
    server.json("x".repeat(1000));
    expect(textOf(await get(server))).toHaveLength(1000);
  });

  test("that is announced over the cap is refused before a byte is read", async () => {
    const server = await FeedServer.start();
    server.answer((_request, response) => {
      // The rest never comes: only the head can have decided.
      response.writeHead(200, { ...JSON_TYPE, "Content-Length": "1001" }).write("x");
    });
    expect(await get(server)).toEqual(failure("longer than 1000 bytes"));
  });

  test("that is not announced is counted, and the connection is broken off", async () => {
    const server = await FeedServer.start();
    const closed = Promise.withResolvers<void>();
    server.answer((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      response.on("close", closed.resolve);
      endless(response);
    });
    expect(await get(server)).toEqual(failure("longer than 1000 bytes"));
    await closed.promise;
  });

  test("a truncated answer is none", async () => {
    const server = await FeedServer.start();
    server.answer((_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, "Content-Length": "500" });
      response.write("{}", () => response.destroy());
    });
    expect(await get(server)).toEqual(failure("the request failed"));
  });

  test("a head that does not end is refused", async () => {
    const server = await FeedServer.start();
    server.json("{}", { "X-Long": "x".repeat(70_000) });
    expect(await get(server)).toEqual(failure("the request failed"));
  });
});

describe("compression", () => {
  test.each(["gzip", "br", "deflate", "GZIP", "gzip, identity"])(
    "%s is refused",
    async (encoding) => {
      const server = await FeedServer.start();
      // A bomb: a thousand times larger once it is unpacked.
      server.json(gzipSync(Buffer.alloc(500_000)), { "Content-Encoding": encoding });
      expect(await get(server)).toEqual(failure("compressed"));
    },
  );

  test("as a transfer coding is refused", async () => {
    const server = await FeedServer.start();
    server.answer((request) => {
      const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
      request.socket.end(`${head}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    });
    expect(await get(server)).toEqual(failure("compressed"));
  });

  test("identity is none", async () => {
    const server = await FeedServer.start();
    server.json("{}", { "Content-Encoding": "identity" });
    expect(await get(server)).toMatchObject({ kind: "body" });
  });
});

describe("time", () => {
  test("a server that says nothing is left", async () => {
    const server = await FeedServer.start();
    server.answer(() => {});
    expect(await get(server, { idleMs: 100 })).toEqual(failure("no byte in 100 ms"));
  });

  test("a server that stops in the middle is left", async () => {
    const server = await FeedServer.start();
    server.answer((_request, response) => response.writeHead(200, JSON_TYPE).write("{"));
    expect(await get(server, { idleMs: 100 })).toEqual(failure("no byte in 100 ms"));
  });

  test("a server that drips is left when its time is over", async () => {
    const server = await FeedServer.start();
    const closed = Promise.withResolvers<void>();
    server.answer((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => {
        clearInterval(drip);
        closed.resolve();
      });
    });
    expect(await get(server, { totalMs: 300, idleMs: 200 })).toEqual(failure("in 300 ms"));
    await closed.promise;
  });

  test("a look-up that does not end is left too", async () => {
    const server = await FeedServer.start();
    const resolve = async (): Promise<readonly string[]> => new Promise(() => {});
    expect(await get(server, { resolve, totalMs: 50 }, server.url("feeds.example"))).toEqual(
      failure("in 50 ms"),
    );
    expect(server.connections).toBe(0);
  });
});

describe("an abort", () => {
  test("ends a request under way", async () => {
    const server = await FeedServer.start();
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    server.answer((_request, response) => {
      response.on("close", closed.resolve);
      abort.abort();
    });
    const answer = await fetchFeed(server.url(), null, optionsFor(server), abort.signal);
    expect(answer).toEqual({ kind: "aborted" });
    await closed.promise;
  });

  test("ends one whose body is coming", async () => {
    const server = await FeedServer.start();
    const abort = new AbortController();
    server.answer((_request, response) => {
      response.writeHead(200, JSON_TYPE).write("{", () => abort.abort());
    });
    const answer = await fetchFeed(server.url(), null, optionsFor(server), abort.signal);
    expect(answer).toEqual({ kind: "aborted" });
  });

  test("before the start makes no connection", async () => {
    const server = await FeedServer.start();
    const answer = await fetchFeed(server.url(), null, optionsFor(server), AbortSignal.abort());
    expect(answer).toEqual({ kind: "aborted" });
    expect(server.connections).toBe(0);
  });
});

/** Writes for as long as somebody reads. */
function endless(response: ServerResponse): void {
  const chunk = createHash("sha512").update("noise").digest("hex");
  const more = (): void => {
    if (!response.destroyed) response.write(chunk, more);
  };
  more();
}
