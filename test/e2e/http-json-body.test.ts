/** Bodies that two readers could take for different things never reach a route: over real sockets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, type Listening } from "../../src/http/server.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { desired } from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { signedTreaty } from "../helpers/posted.js";
import { codeOf, exchange, type RawAnswer } from "../helpers/raw-http.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const URL = "/recognition-treaties/verify";
const BODY = canonicalJson({
  treaty: signedTreaty(),
  issuer_public_keys: [keyOf("sovereign globex").publicKey],
});

const world = new World();
let served: Served;
let listening: Listening;

beforeAll(async () => {
  world.apply(desired());
  served = new Served(world, { limits: { verificationsPerMinute: 10_000 } });
  listening = await listen(served.app, { host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await listening.close();
  await served.close();
  world.close();
});

const START = `POST ${URL} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;

async function send(fields: readonly string[], body: string): Promise<RawAnswer> {
  return await exchange(
    listening.address,
    `${START}${fields.map((field) => `${field}\r\n`).join("")}\r\n${body}`,
  );
}

const typed = async (type: string, body = BODY, ...more: readonly string[]): Promise<RawAnswer> =>
  await send([`Content-Type: ${type}`, `Content-Length: ${body.length}`, ...more], body);

/** Whether the body got as far as the decision. */
const judged = async (): Promise<number | null> =>
  await served.metric(
    'concordat_verifications_total{type="treaty",accepted="true",reason="accepted"}',
  );

test.each([
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=UTF-8",
])("%s is read", async (type) => {
  const before = (await judged()) ?? 0;
  expect((await typed(type)).status).toBe(200);
  expect(await judged()).toBe(before + 1);
});

test.each([
  ["application/json\ta", []],
  ["application/json a", []],
  ["application/json;", []],
  ["application/json; charset=utf-7", []],
  ["application/json; charset=utf-8; charset=utf-7", []],
  ['application/json; charset="utf-8"', []],
  ["application/json, text/plain", []],
  ["application/jsonx", []],
  ["application/problem+json", []],
  ["text/plain", []],
  ["text/json", []],
  ["multipart/form-data; boundary=x", []],
  ["application/x-www-form-urlencoded", []],
  ["", []],
  ["application/json", ["Content-Type: application/json"]],
  ["application/json", ["Content-Type: text/plain"]],
  ["application/json", ["Content-Encoding: gzip"]],
])("the type %j %j is 415 and nothing is judged", async (type, more) => {
  const before = await judged();
  const answer = await typed(type, BODY, ...more);
  expect(answer.status).toBe(415);
  expect(codeOf(answer)).toBe("unsupported_media_type");
  expect(await judged()).toBe(before);
});

test("a body without a type is 415", async () => {
  expect((await send([`Content-Length: ${BODY.length}`], BODY)).status).toBe(415);
});

describe("framing", () => {
  const JSON_TYPE = "Content-Type: application/json";
  const chunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n`;

  test("chunks are read", async () => {
    expect((await send([JSON_TYPE, "Transfer-Encoding: chunked"], `${chunk}\r\n`)).status).toBe(
      200,
    );
  });

  test.each([
    ["both a length and chunks", ["Transfer-Encoding: chunked", `Content-Length: ${BODY.length}`]],
    ["two lengths", [`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length + 1}`]],
    ["chunked twice", ["Transfer-Encoding: chunked, chunked"]],
    ["another coding", ["Transfer-Encoding: gzip, chunked"]],
    ["a length with a sign", [`Content-Length: +${BODY.length}`]],
    ["chunks of nothing known", ["Transfer-Encoding: xchunked"]],
  ])("%s is refused", async (_, fields) => {
    const before = await judged();
    const answer = await send([JSON_TYPE, ...fields], `${chunk}\r\n`);
    expect([400, 501]).toContain(answer.status);
    expect(await judged()).toBe(before);
  });

  test("fields after the body are refused", async () => {
    const before = await judged();
    const answer = await send(
      [JSON_TYPE, "Transfer-Encoding: chunked", "Trailer: X-Admin-Key-Id"],
      `${chunk}X-Admin-Key-Id: k\r\n\r\n`,
    );
    expect(answer.status).toBe(400);
    expect(await judged()).toBe(before);
  });

  test("a body over 64 KiB is 413, whether it says so or not", async () => {
    const large = `{"x":"${"x".repeat(64 * 1024)}"}`;
    expect((await typed("application/json", large)).status).toBe(413);
    const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    expect((await send([JSON_TYPE, "Transfer-Encoding: chunked"], chunked)).status).toBe(413);
  });
});

describe("what strict JSON refuses is invalid_json with the reason", () => {
  test.each([
    ['{"treaty":1,"treaty":2}', "duplicate_key"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_key"],
    ["{} {}", "invalid_json"],
    ["{}x", "invalid_json"],
    ["", "none"],
    [" ", "invalid_json"],
    ['{"x":NaN}', "invalid_json"],
    ['{"x":1e400}', "non_finite_number"],
    ['{"x":-0}', "negative_zero"],
    ['{"x":18446744073709551616}', "integer_out_of_range"],
    [String.raw`{"x":"\ud800"}`, "lone_surrogate"],
    ["[".repeat(60_000), "invalid_json"],
    [`${'{"a":'.repeat(65)}1${"}".repeat(65)}`, "invalid_json"],
    ['{"x":"\u00FF"}', "invalid_json"],
    ["\u00EF\u00BB\u00BF{}", "invalid_json"],
    ['{"x":"\t"}', "invalid_json"],
    ["{'x':1}", "invalid_json"],
    ['{"x":01}', "invalid_json"],
    ['{"x":1,}', "invalid_json"],
  ])("%.40j", async (body, reason) => {
    const before = await judged();
    const answer = await exchange(
      listening.address,
      `${START}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const refused = reason === "none" ? "invalid_recognition_treaty" : "invalid_json";
    expect(codeOf(answer)).toBe(refused);
    if (reason !== "none")
      expect(JSON.parse(answer.body)).toMatchObject({ error: { details: { reason } } });
    expect(await judged()).toBe(before);
  });

  test.each(["[]", "1", "null", '"x"'])("%s is no object", async (body) => {
    expect(codeOf(await typed("application/json", body))).toBe("invalid_json_object");
  });

  test("keys of prototypes are keys", async () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      const answer = await typed(
        "application/json",
        BODY.replace("{", `{"${key}":{"treaty":7,"accepted":true},`),
      );
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({ accepted: true, treaty_id: "treaty-1" });
      const alone = await typed("application/json", `{"${key}":${BODY}}`);
      expect(codeOf(alone)).toBe("invalid_recognition_treaty");
    }
    expect(({} as Record<string, unknown>)["accepted"]).toBeUndefined();
  });
});
