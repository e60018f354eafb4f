/** The answer to an operator carries the proof that what became of the request is in the log. */
import { expect, test } from "vitest";
import { verifyCheckpoint } from "../../src/protocol/log/checkpoint.js";
import { leafHash, verifyInclusion } from "../../src/protocol/log/merkle.js";
import { parseProof } from "../../src/protocol/log/tlog-proof.js";
import { vkeyOf } from "../../src/protocol/log/vkey.js";
import { Scene } from "../helpers/admin.js";
import { keyOf } from "../helpers/keys.js";

const VKEY = vkeyOf("ACME/audit", keyOf("authority").publicKey);

function provenType(receipt: unknown): unknown {
  const text = Buffer.from(String(receipt), "base64").toString();
  const { index, extra, hashes, checkpoint } = parseProof(text);
  const { size, root } = verifyCheckpoint(checkpoint, VKEY, "ACME/audit");
  const leaf = extra ?? expect.fail("no leaf");
  expect(verifyInclusion(index, size, leafHash(leaf), hashes, root)).toBe(true);
  return (JSON.parse(Buffer.from(leaf).toString()) as { event_type: unknown }).event_type;
}

test("done, refused and denied", async () => {
  const scene = await Scene.start();
  const path = `/admin/recognition-treaties/${scene.treaty}/revoke`;
  const done = await scene.ask(path, { reason: "INC-9" });
  expect(done.statusCode).toBe(200);
  expect(provenType(done.headers["concordat-receipt"])).toBe("recognition_treaty_revoked");
  const refused = await scene.ask("/admin/recognition-treaties/none/revoke", { reason: "x" });
  expect(refused.statusCode).toBe(404);
  expect(provenType(refused.headers["concordat-receipt"])).toBe("admin_request_refused");
  const again = await scene.ask(path, { reason: "INC-9" });
  expect([again.statusCode, again.headers["concordat-receipt"]]).toEqual([200, undefined]);
});
