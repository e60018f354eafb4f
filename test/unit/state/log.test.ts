/** Every audit event is a leaf of one Merkle tree, committed with the change that it records. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import {
  inclusionProof,
  leafHash,
  rootAt,
  RootBuilder,
  verifyInclusion,
} from "../../../src/protocol/log/merkle.js";
import { openState } from "../../../src/state/open.js";
import {
  commitLogged,
  CONFIGURE,
  escrowedSizes,
  event,
  openLogged,
  ORIGIN,
  VKEY,
} from "../../helpers/logged.js";
import { scratchPath, withPlainDatabase } from "../../helpers/state.js";

test("a commit appends its events, signs the head and puts the checkpoint in escrow", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a"), event("b", { reason: "it was late" })], [CONFIGURE]);
  const head = writer.log().head();
  expect(head).toMatchObject({ size: 2, origin: ORIGIN, checkpointSize: 2 });
  expect(verifyCheckpoint(head.checkpoint ?? "", VKEY, ORIGIN)).toEqual({
    origin: ORIGIN,
    size: 2,
    root: head.root,
  });
  expect(escrowedSizes(`${path}.escrow`)).toEqual([2]);
  writer.note([], [event("c")]);
  expect(writer.log().head()).toMatchObject({ size: 3, checkpointSize: 3 });
  expect(escrowedSizes(`${path}.escrow`)).toEqual([2, 3]);
  writer.close();
});

test("a leaf says what is public, and commits to the rest with a salt of its own", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a", { treaty_id: "t", reason: "it was late" })], [CONFIGURE]);
  writer.close();
  const reader = openState(path);
  const [entry] = reader.log().entries(0, 1);
  const text = Buffer.from(entry?.leaf ?? []).toString();
  expect(JSON.parse(text)).toMatchObject({
    authority: "HOME",
    details: { treaty_id: "t" },
    epoch: 1,
    event_id: "a",
    generation: 1,
    index: 0,
  });
  expect(text).not.toContain("late");
  expect([...(entry?.salts.keys() ?? [])]).toEqual(["reason"]);
  expect(entry?.eventJson).toContain("it was late");
  expect(reader.log().indexOf("a")).toBe(0);
  expect(reader.log().indexOf("b")).toBeNull();
  reader.close();
});

test("events are read in the order of the log, and those of other programs after them", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  const late = { ...event("late"), created_at: "2027-01-01T00:00:00+00:00" };
  commitLogged(writer, [late], [CONFIGURE]);
  const foreign = { ...event("foreign"), created_at: "2025-01-01T00:00:00+00:00" };
  withPlainDatabase(path, (database) =>
    database
      .prepare("INSERT INTO audit_events VALUES (?, ?, ?)")
      .run("foreign", JSON.stringify(foreign), foreign.created_at),
  );
  commitLogged(writer, [event("early")]);
  const ids = (since?: string): string[] =>
    [...writer.auditEvents(since === undefined ? {} : { since })].map(({ event_id }) => event_id);
  expect(ids()).toEqual(["late", "early", "foreign"]);
  expect(ids("2026-12-01T00:00:00Z")).toEqual(["late"]);
  expect([...writer.log().unlogged()]).toEqual(["foreign"]);
  writer.close();
});

test("a transaction that fails leaves no leaf behind", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a")], [CONFIGURE]);
  const head = writer.log().head();
  expect(() => commitLogged(writer, [event("b"), event("a")])).toThrow("breaks a rule");
  expect(writer.log().head()).toEqual(head);
  commitLogged(writer, [event("c")]);
  expect(writer.log().head()).toMatchObject({ size: 2, checkpointSize: 2 });
  writer.close();
});

test("random batches give the tree of RFC 6962, and a proof for each of its leaves", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 12 }), (batches) => {
      const path = scratchPath();
      const writer = openLogged(path);
      commitLogged(writer, [], [CONFIGURE]);
      let count = 0;
      const model = new RootBuilder();
      const log = writer.log();
      for (const size of batches) {
        commitLogged(
          writer,
          Array.from({ length: size }, () => event(`e${count++}`, { reason: `r${count}` })),
        );
        for (const { leaf } of log.entries(count - size, count)) model.append(leafHash(leaf));
        expect(log.head()).toMatchObject({ size: count, root: model.root() });
      }
      for (const { index, leaf } of log.entries(0, count)) {
        const proof = inclusionProof(index, count, log.hashes);
        expect(verifyInclusion(index, count, leafHash(leaf), proof, model.root())).toBe(true);
      }
      expect(rootAt(count, log.hashes)).toEqual(model.root());
      writer.close();
    }),
    { numRuns: 30 },
  );
});
