import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  signWebhook,
  verifyHubSignature,
  verifyWebhook,
} from "../../../src/notify/webhook-signature.js";

/** The vector of the Standard Webhooks libraries' own tests. */
const VECTOR = {
  secret: Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64"),
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1614265330,
  body: `{"test": 2432232314}`,
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const OTHER = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const HEADERS = {
  id: VECTOR.id,
  timestamp: String(VECTOR.timestamp),
  signature: VECTOR.signature,
};

const verify = (
  headers: Partial<Record<keyof typeof HEADERS, string | undefined>>,
  now = VECTOR.timestamp,
  body: string | Uint8Array = VECTOR.body,
): string => verifyWebhook(VECTOR.secret, { ...HEADERS, ...headers }, body, now);

describe("Standard Webhooks", () => {
  test("signs and verifies the published vector, as text and as bytes", () => {
    const { secret, id, timestamp, body } = VECTOR;
    expect(signWebhook(secret, id, timestamp, body)).toBe(VECTOR.signature);
    expect(signWebhook(secret, id, timestamp, Buffer.from(body))).toBe(VECTOR.signature);
    expect(verify({})).toBe("ok");
    expect(verify({}, VECTOR.timestamp, Buffer.from(body))).toBe("ok");
  });

  test("one of several signatures is enough, and other schemes are passed over", () => {
    expect(verify({ signature: `${OTHER} v1a,abc ${VECTOR.signature}` })).toBe("ok");
    expect(verify({ signature: `${VECTOR.signature} ${OTHER}` })).toBe("ok");
    expect(verify({ signature: `${OTHER} ${OTHER}` })).toBe("bad_signature");
    expect(verify({ signature: `${OTHER} `.repeat(16) + VECTOR.signature })).toBe("malformed");
  });

  test("another body, id, time or secret is refused", () => {
    expect(verify({}, VECTOR.timestamp, `${VECTOR.body} `)).toBe("bad_signature");
    expect(verify({}, VECTOR.timestamp, "")).toBe("bad_signature");
    expect(verify({ id: "msg_other" })).toBe("bad_signature");
    expect(verify({ timestamp: String(VECTOR.timestamp + 1) })).toBe("bad_signature");
    expect(verifyWebhook(Buffer.alloc(24), HEADERS, VECTOR.body, VECTOR.timestamp)).toBe(
      "bad_signature",
    );
  });

  test.each([
    [300, "ok"],
    [301, "too_old"],
    [-300, "ok"],
    [-301, "too_new"],
  ])("%i seconds later it is %s", (later, verdict) => {
    expect(verify({}, VECTOR.timestamp + later)).toBe(verdict);
  });

  test("the tolerance is a setting, and a clock that is no number lets nothing pass", () => {
    const { secret, timestamp, body } = VECTOR;
    expect(verifyWebhook(secret, HEADERS, body, timestamp + 2, 1)).toBe("too_old");
    expect(verifyWebhook(secret, HEADERS, body, timestamp + 2, 2)).toBe("ok");
    expect(verifyWebhook(secret, HEADERS, body, Number.NaN)).toBe("too_old");
  });

  test.each([
    { id: undefined },
    { id: "" },
    { id: "a.b" },
    { id: "a b" },
    { id: '{"a":1' },
    { id: "payload=1" },
    { id: "x".repeat(257) },
    { timestamp: undefined },
    { timestamp: "" },
    { timestamp: "0x60379a72" },
    { timestamp: `+${VECTOR.timestamp}` },
    { timestamp: `0${VECTOR.timestamp}` },
    { timestamp: `${VECTOR.timestamp}.0` },
    { timestamp: "1e9" },
    { timestamp: "9".repeat(12) },
    { signature: undefined },
    { signature: "" },
    { signature: "v1," },
    { signature: VECTOR.signature.slice(3) },
    { signature: VECTOR.signature.slice(0, -1) },
    { signature: `V1${VECTOR.signature.slice(2)}` },
    { signature: `v1a${VECTOR.signature.slice(2)}` },
    { signature: `${VECTOR.signature},${OTHER}` },
  ])("malformed: %j", (headers) => {
    expect(verify(headers)).toBe("malformed");
  });

  test("what was signed is accepted, and with one byte changed is not", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (secret, body, at, change) => {
          const signature = signWebhook(secret, "msg_1", 1000, body);
          const headers = { id: "msg_1", timestamp: "1000", signature };
          expect(verifyWebhook(secret, headers, body, 1000)).toBe("ok");
          const changed = body.with(at % body.length, (body[at % body.length] ?? 0) ^ change);
          expect(verifyWebhook(secret, headers, changed, 1000)).toBe("bad_signature");
        },
      ),
    );
  });
});

describe("X-Hub-Signature-256", () => {
  /** The example of GitHub's own documentation. */
  const secret = Buffer.from("It's a Secret to Everybody");
  const body = "Hello, World!";
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  test("accepts the published vector", () => {
    expect(verifyHubSignature(secret, signature, body)).toBe("ok");
    expect(verifyHubSignature(secret, signature, Buffer.from(body))).toBe("ok");
  });

  test("an overheard request of the other form is none of this one, for it would never be too old", () => {
    const signed = `msg_1.1000.{"ref":"refs/heads/main"}`;
    const hex = (text: string): string => createHmac("sha256", secret).update(text).digest("hex");
    expect(verifyHubSignature(secret, `sha256=${hex(signed)}`, signed)).toBe("malformed");
    expect(verifyHubSignature(secret, `sha256=${hex(signed)}`, Buffer.from(signed))).toBe(
      "malformed",
    );
    for (const push of [`{"ref":"v1.2.3"}`, "payload=%7B%22ref%22%3A%22v1.2.3%22%7D", ""]) {
      expect(verifyHubSignature(secret, `sha256=${hex(push)}`, push)).toBe("ok");
    }
  });

  test("refuses another body, another secret and another signature", () => {
    expect(verifyHubSignature(secret, signature, "Hello, World?")).toBe("bad_signature");
    expect(verifyHubSignature(Buffer.alloc(16), signature, body)).toBe("bad_signature");
    expect(verifyHubSignature(secret, `sha256=${"0".repeat(64)}`, body)).toBe("bad_signature");
  });

  test.each([
    undefined,
    "",
    signature.slice(7),
    signature.slice(0, -1),
    signature.toUpperCase(),
    `${signature}0`,
    `sha1=${signature.slice(7)}`,
    `sha256=${"g".repeat(64)}`,
  ])("malformed: %j", (header) => {
    expect(verifyHubSignature(secret, header, body)).toBe("malformed");
  });
});
