/** Serves the feed of a folder over https: tells its port, tells of the request, and answers when it is told to. */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const [folder = ""] = process.argv.slice(2);
const read = (name: string): Buffer => readFileSync(join(folder, name));
const body = read("feed.json");
const told = new Promise((resolve) => process.once("message", resolve));
const server = createServer({ key: read("tls.pem"), cert: read("cert.pem") });
server.on("request", (_request, response) => void answer(response));
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

async function answer(response: ServerResponse): Promise<void> {
  process.send?.("asked");
  await told;
  response.writeHead(200, { "content-type": "application/json" }).end(body);
}
