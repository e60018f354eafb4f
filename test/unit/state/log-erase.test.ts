/** An erased field is gone from the file, and every proof holds as before. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inclusionProof, leafHash, verifyInclusion } from "../../../src/protocol/log/merkle.js";
import { commitLogged, CONFIGURE, event, openLogged } from "../../helpers/logged.js";
import { expectError, scratchPath, withPlainDatabase } from "../../helpers/state.js";

const SECRET = "the reason that must not stand here any more";

function erasure(index: number, field: string) {
  return {
    ...event(`erased ${field}`, { index, field }),
    event_type: "audit_field_erased" as const,
  };
}

test("the salt and the value go, the leaf stays, and the log says so", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  const events = Array.from({ length: 50 }, (_, i) => event(`e${i}`, { reason: `r${i}` }));
  commitLogged(writer, [...events, event("a", { treaty_id: "t", reason: SECRET })], [CONFIGURE]);
  const leaf = writer.log().leaf(50) ?? expect.fail();
  expect(writer.erase(50, "reason", erasure(50, "reason"))).toBe(true);
  const [entry] = writer.log().entries(50, 51);
  expect(entry?.salts.size).toBe(0);
  expect(JSON.parse(entry?.eventJson ?? "")).toMatchObject({
    details: { treaty_id: "t", reason: "<erased>" },
  });
  expect(writer.log().leaf(50)).toEqual(leaf);
  const { size, root, checkpointSize } = writer.log().head();
  expect([size, checkpointSize]).toEqual([52, 52]);
  const proof = inclusionProof(50, size, writer.log().hashes);
  expect(verifyInclusion(50, size, leafHash(leaf), proof, root)).toBe(true);
  writer.close();
  expect(readFileSync(path).includes(SECRET)).toBe(false);
});

test("what was erased before stays so, and is not logged again", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a", { reason: "late" })], [CONFIGURE]);
  writer.erase(0, "reason", erasure(0, "reason"));
  expect(writer.erase(0, "reason", erasure(0, "reason"))).toBe(false);
  expect(writer.log().head().size).toBe(2);
  writer.close();
});

test("only a field that the leaf commits to can be erased", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a", { treaty_id: "t", reason: "late" })], [CONFIGURE]);
  const error = expectError("log_field_not_found", () =>
    writer.erase(0, "treaty_id", erasure(0, "treaty_id")),
  );
  expect(error.hint).toBe("it commits to reason");
  expectError("log_entry_not_found", () => writer.erase(7, "reason", erasure(7, "reason")));
  expect(writer.log().head().size).toBe(1);
  writer.close();
});

test("the rows of others are erased whole where the leaf commits to them as one", () => {
  const path = scratchPath();
  openLogged(path).close();
  withPlainDatabase(path, (database) => {
    database.exec("INSERT INTO audit_events VALUES ('x', '{}', '2026-11-23T00:00:00+00:00')");
  });
  const writer = openLogged(path);
  commitLogged(writer, [event("a", { "Odd name": SECRET })], [CONFIGURE]);
  expect(writer.erase(0, "^", erasure(0, "^"))).toBe(true);
  expect([...writer.log().unlogged()]).toEqual(["x"]);
  writer.close();
  expect(readFileSync(path).includes(SECRET)).toBe(false);
});
