/** A nonce counts once: at once, after a restart, once it was purged, and after the clock was set back. */
import { expect, test } from "vitest";
import type { Note } from "../../../src/model/state.js";
import { fromInstant, plusSeconds, toInstant } from "../../../src/protocol/instant.js";
import { openStateForWriting } from "../../../src/state/open.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { AT, expectError, scratchPath, withPlainDatabase } from "../../helpers/state.js";

/** Of a request that was signed and is done so many seconds after `AT`. */
function claim(nonce: string, seconds = 0, signed = seconds, keyId = "root"): Note {
  const moment = (after: number) => fromInstant(plusSeconds(toInstant(AT), after));
  return {
    do: "claim_nonce",
    claim: { keyId, nonce, requestedAt: moment(signed), at: moment(seconds) },
  };
}

function noncesOf(path: string): unknown {
  return withPlainDatabase(path, (database) =>
    database
      .prepare("SELECT scope, nonce, created_at FROM nonces ORDER BY created_at, nonce")
      .all(),
  );
}

function opened(path = scratchPath()): { readonly path: string; readonly writer: StateWriter } {
  return { path, writer: openStateForWriting(path, "test") };
}

test("a nonce is written as the reference writes it, and leaves the generation as it is", () => {
  const { path, writer } = opened();
  writer.note([claim("n1")], []);
  expect(writer.generation()).toBe(0);
  writer.close();
  expect(noncesOf(path)).toEqual([
    { scope: "admin:root", nonce: "n1", created_at: "2026-11-23T00:00:00+00:00" },
  ]);
});

test("a nonce comes back neither at once nor after a restart, but for another key", () => {
  const { path, writer } = opened();
  writer.note([claim("n1")], []);
  expectError("nonce_replayed", () => writer.note([claim("n1", 1)], []));
  writer.note([claim("n1", 1, 1, "other")], []);
  writer.close();
  const again = opened(path).writer;
  expectError("nonce_replayed", () => again.note([claim("n1", 2)], []));
  again.close();
});

test("a nonce is purged after ten minutes, when its request is too old by itself", () => {
  const { path, writer } = opened();
  writer.note([claim("n1", 0, 300)], []);
  writer.note([claim("n2", 600)], []);
  expectError("nonce_replayed", () => writer.note([claim("n1", 600, 300)], []));
  writer.note([claim("n3", 601)], []);
  expectError("admin_request_stale", () => writer.note([claim("n1", 601, 300)], []));
  writer.close();
  expect(noncesOf(path)).toMatchObject([{ nonce: "n2" }, { nonce: "n3" }]);
});

test("a clock that is set back, also over a restart, opens no old request", () => {
  const { path, writer } = opened();
  writer.note([claim("n1")], []);
  writer.note([claim("n2", 7_200)], []);
  writer.close();
  const again = opened(path).writer;
  expectError("admin_request_stale", () => again.note([claim("n1")], []));
  expectError("admin_request_stale", () => again.note([claim("n4", 0, 6_899)], []));
  again.note([claim("n4", 0, 6_900)], []);
  again.close();
});

test("a purge takes a thousand at a time", () => {
  const { path, writer } = opened();
  withPlainDatabase(path, (database) => {
    const insert = database.prepare("INSERT INTO nonces VALUES ('node:x', ?, ?)");
    for (let i = 0; i < 1_500; i += 1) insert.run(`old${i}`, "2026-11-22T00:00:00+00:00");
  });
  writer.note([claim("n1")], []);
  expect(noncesOf(path)).toHaveLength(501);
  writer.note([claim("n2")], []);
  writer.close();
  expect(noncesOf(path)).toHaveLength(2);
});

test("what fails beside a claim leaves the nonce unclaimed", () => {
  const { path, writer } = opened();
  const batch = {
    operations: [{ do: "revoke_treaty", id: "none", reason: "x", at: "" }] as const,
    notes: [claim("n1")],
    events: [],
    applied: null,
  };
  expectError("internal", () => writer.commit(batch, { generation: 0 }));
  writer.note([claim("n1")], []);
  writer.close();
  expect(noncesOf(path)).toHaveLength(1);
});

test("a claim that fails leaves what stands beside it undone", () => {
  const { writer } = opened();
  writer.note([claim("n1")], []);
  const batch = {
    operations: [],
    notes: [{ do: "resume" } as const, claim("n1")],
    events: [],
    applied: null,
  };
  const suspension = { reason: "r", by: "b", since: AT, until: null };
  writer.note([{ do: "suspend", suspension }], []);
  expectError("nonce_replayed", () => writer.commit(batch, { generation: 0 }));
  expect(writer.suspension()).toEqual(suspension);
  expect(writer.generation()).toBe(0);
  writer.close();
});
