/** The operator's side of a running controller, over a real socket. */
import { existsSync, linkSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "../../src/errors.js";
import { buildControlApp } from "../../src/http/control-app.js";
import { listenOnSocket } from "../../src/http/control-socket.js";
import type { Listening } from "../../src/http/server.js";
import { JsonFloat } from "../../src/model/json.js";
import type { OperatorControls } from "../../src/model/controller.js";
import { controllerStatus, finishedRun } from "../helpers/controller-values.js";

let folder: string;
let path: string;
let listening: Listening | null = null;
let calls: unknown[] = [];

const controls: OperatorControls = {
  status: async () => controllerStatus(),
  reconcile: async (asked) => {
    calls.push(["reconcile", asked]);
    if (asked.by === "nobody") {
      throw new AppError("lock_held", "another process is writing na.db", {
        details: { pid: 1 },
      });
    }
    if (asked.by === "a bug") throw new TypeError("secret path");
    return finishedRun();
  },
  suspend: async (asked) => {
    calls.push(["suspend", asked]);
    return controllerStatus();
  },
  resume: async (asked) => {
    calls.push(["resume", asked]);
    return controllerStatus();
  },
  act: async (asked) => {
    calls.push(["act", asked]);
    return { body: { revoked: true }, events: ["an-event"] };
  },
};

const app = (): ReturnType<typeof buildControlApp> =>
  buildControlApp({ controls, requestIds: () => "made-1" });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "concordat-control-"));
  path = join(folder, "na.db.sock");
  calls = [];
  listening = await listenOnSocket(app(), path);
});

afterEach(async () => {
  await listening?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(method: string, url: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request({ socketPath: path, method, path: url, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

test("tells the status", async () => {
  expect(await ask("GET", "/status.json")).toEqual({ status: 200, body: controllerStatus() });
});

test.each([
  [
    "/reconcile",
    { by: "operator", allowRemovals: null, allowLostPaths: 3 },
    ["reconcile", { by: "operator", allowRemovals: null, allowLostPaths: 3 }],
    finishedRun(),
  ],
  [
    "/suspend",
    { by: "operator", reason: "a review", until: "2026-11-24T00:00:00+00:00" },
    ["suspend", { by: "operator", reason: "a review", until: "2026-11-24T00:00:00Z" }],
    controllerStatus(),
  ],
  [
    "/suspend",
    { by: "operator", reason: "a review", until: null },
    ["suspend", { by: "operator", reason: "a review", until: null }],
    controllerStatus(),
  ],
  [
    "/resume",
    { by: "operator", reason: null, acceptHistory: true },
    ["resume", { by: "operator", reason: null, acceptHistory: true }],
    controllerStatus(),
  ],
])("POST %s %j", async (url, body, call, value) => {
  expect(await ask("POST", url, JSON.stringify(body))).toEqual({ status: 200, body: value });
  expect(calls).toEqual([call]);
});

test("POST /act keeps floats and large integers of a feed apart", async () => {
  const feed = '{"a":1.0,"b":9007199254740993}';
  const action = `{"action":"import_feed","expectedIssuer":null,"feed":${feed},"issuerPublicKeys":null}`;
  expect(await ask("POST", "/act", `{"by":"operator","action":${action}}`)).toEqual({
    status: 200,
    body: { body: { revoked: true }, events: ["an-event"] },
  });
  const read = { a: new JsonFloat(1), b: 9007199254740993n };
  const asked = { action: "import_feed", expectedIssuer: null, feed: read, issuerPublicKeys: null };
  expect(calls).toEqual([["act", { by: "operator", action: asked }]]);
});

test.each([
  ["no JSON", "{"],
  ["nobody", '{"action":{"action":"revoke_treaty","treatyId":"t","reason":"r"}}'],
  ["a grant", '{"by":"operator","action":{"action":"issue_treaty"}}'],
  ["no id", '{"by":"operator","action":{"action":"revoke_treaty","reason":"r"}}'],
  ["a number", '{"by":"operator","action":{"action":"revoke_treaty","treatyId":1,"reason":"r"}}'],
])("POST /act refuses %s", async (_name, body) => {
  expect((await ask("POST", "/act", body)).status).toBe(400);
  expect(calls).toEqual([]);
});

test.each([
  ["/reconcile", '{"by":"operator","allowRemovals":"1","allowLostPaths":null}'],
  ["/reconcile", '{"by":"operator","allowRemovals":-1,"allowLostPaths":null}'],
  ["/reconcile", '{"by":"operator","allowRemovals":1.5,"allowLostPaths":null}'],
  ["/reconcile", '{"by":"operator","allowRemovals":1e99,"allowLostPaths":null}'],
  ["/reconcile", '{"by":"operator"}'],
  ["/reconcile", '{"by":"","allowRemovals":null,"allowLostPaths":null}'],
  ["/reconcile", '{"by":"operator","allowRemovals":null,"allowLostPaths":null,"force":true}'],
  ["/reconcile", "[]"],
  ["/reconcile", "{"],
  ["/reconcile", '{"__proto__":{},"by":"operator","allowRemovals":null,"allowLostPaths":null}'],
  ["/suspend", '{"by":"operator","reason":"","until":null}'],
  ["/suspend", '{"by":"operator","reason":null,"until":null}'],
  ["/resume", '{"by":"operator","reason":null,"acceptHistory":"true"}'],
  ["/resume", '{"by":"operator","reason":null,"acceptHistory":1}'],
])("POST %s %s is refused and reaches nobody", async (url, body) => {
  const answer = await ask("POST", url, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    error: { code: "bad_request", message: expect.any(String), hint: expect.any(String) },
  });
  expect(calls).toEqual([]);
});

test("a time that does not exist is refused by its own code", async () => {
  const body = { by: "operator", reason: "a review", until: "2026-02-30T00:00:00Z" };
  expect(await ask("POST", "/suspend", JSON.stringify(body))).toMatchObject({
    status: 422,
    body: { error: { code: "bad_time" } },
  });
});

test("an error is told whole, with its hint; a bug is not", async () => {
  const rest = { allowRemovals: null, allowLostPaths: null };
  expect(await ask("POST", "/reconcile", JSON.stringify({ by: "nobody", ...rest }))).toEqual({
    status: 503,
    body: {
      error: {
        code: "lock_held",
        message: "another process is writing na.db",
        hint: expect.stringContaining("wait for the other process"),
        details: { pid: 1 },
        request_id: "made-1",
      },
    },
  });
  const bug = await ask("POST", "/reconcile", JSON.stringify({ by: "a bug", ...rest }));
  expect(bug.status).toBe(500);
  expect(JSON.stringify(bug.body)).not.toContain("secret path");
});

test("other methods, other routes and large bodies are refused", async () => {
  expect(await ask("DELETE", "/status.json")).toMatchObject({ status: 405 });
  expect(await ask("GET", "/reconcile")).toMatchObject({ status: 405 });
  expect(await ask("GET", "/connectome.json")).toMatchObject({ status: 404 });
  const large = JSON.stringify({ by: "x".repeat(70_000) });
  expect(await ask("POST", "/reconcile", large)).toMatchObject({ status: 413 });
});

test("only its owner can open the socket, and it goes when the service stops", async () => {
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  await listening?.close();
  expect(existsSync(path)).toBe(false);
});

test("a second service is refused and leaves the first its socket", async () => {
  await expect(listenOnSocket(app(), path)).rejects.toMatchObject({ code: "address_in_use" });
  expect(await ask("GET", "/status.json")).toMatchObject({ status: 200 });
});

test("a socket that nobody answers on is replaced", async () => {
  const stale = join(folder, "stale.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(stale, resolve));
  // A killed process leaves its socket: here a second name keeps it from being removed.
  linkSync(stale, `${stale}.kept`);
  await new Promise((resolve) => server.close(resolve));
  linkSync(`${stale}.kept`, stale);
  expect(lstatSync(stale).isSocket()).toBe(true);

  const second = await listenOnSocket(app(), stale);
  expect(second.address).toBe(stale);
  await second.close();
});

test("a file that is not a socket is left alone", async () => {
  const file = join(folder, "file.sock");
  writeFileSync(file, "notes");
  await expect(listenOnSocket(app(), file)).rejects.toMatchObject({ code: "listen_failed" });
  expect(existsSync(file)).toBe(true);
});

test.each([
  ["too long", `/tmp/${"x".repeat(100)}.sock`],
  ["in no folder", "/nowhere/na.db.sock"],
])("a path that is %s is listen_failed", async (_, bad) => {
  await expect(listenOnSocket(app(), bad)).rejects.toMatchObject({
    code: "listen_failed",
    hint: expect.any(String),
  });
});
