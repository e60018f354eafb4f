/** What a server may do to whoever verifies its log. */
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { tilesAt } from "../../../src/cli/log-tiles.js";

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
}

async function fetched(listener: RequestListener): Promise<string> {
  const fetchTile = tilesAt(await served(listener));
  return Buffer.from(await fetchTile("checkpoint")).toString();
}

test("a file is fetched below /log, and read when it is compressed", async () => {
  const text = await fetched((request, response) => {
    response.setHeader("content-encoding", "gzip").end(gzipSync(`file ${request.url ?? ""}`));
  });
  expect(text).toBe("file /log/checkpoint");
});

test.each<readonly [string, RequestListener, RegExp]>([
  ["leads elsewhere", (_, response) => response.writeHead(302, { location: "/" }).end(), /./],
  ["has no such file", (_, response) => response.writeHead(404).end(), /answers 404/],
  ["does not stop", (_, response) => endless(response), /longer than/],
  [
    "sends much in little",
    (_, response) =>
      response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(2 ** 25))),
    /longer than/,
  ],
  ["breaks off", (_, response) => response.write("x", () => response.destroy()), /./],
])("nothing is taken from a server that %s", async (_, listener, why) => {
  const refused = fetched(listener);
  await expect(refused).rejects.toMatchObject({ code: "source_unreachable" });
  await expect(refused).rejects.toThrow(why);
});

test("a server that is asked too often is asked again, as often as is decent", async () => {
  let asked = 0;
  const busy = (until: number): RequestListener => {
    asked = 0;
    return (_, response) => {
      if (++asked >= until) response.end("well");
      else response.writeHead(429, { "retry-after": "0" }).end();
    };
  };
  expect(await fetched(busy(5))).toBe("well");
  await expect(fetched(busy(6))).rejects.toThrow("it answers 429");
  expect(asked).toBe(5);
});

test("what is given up is not waited for", async () => {
  const given = new AbortController();
  const fetchTile = tilesAt(await served(() => given.abort()));
  await expect(fetchTile("checkpoint", given.signal)).rejects.toMatchObject({
    code: "source_unreachable",
  });
});

function endless(response: ServerResponse): void {
  response.write(Buffer.alloc(65_536), (error) => {
    if (error === null || error === undefined) endless(response);
  });
}
