/** A connectome derived from the one before is the one that is built anew, and shares with it what did not change. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  buildConnectome,
  deriveConnectome,
  type Connectome,
} from "../../../src/connectome/connectome.js";
import { finish } from "../../../src/connectome/finish.js";
import {
  ConnectomeJson,
  connectomeJson,
  recognitionGraphJson,
} from "../../../src/connectome/json.js";
import { encodeBody } from "../../../src/http/body.js";
import type { Instant } from "../../../src/model/time.js";
import { instant, revocationRow, treatyRow, type ConnectomeRows } from "./snapshots.js";

const NOW = instant("2026-10-02T00:00:00Z");
const LATER = instant("2026-10-29T00:00:00Z");

const treaty = fc
  .record({
    id: fc.integer({ min: 0, max: 30 }),
    issuer: fc.constantFrom("A", "B", "C", "\u{1F600}"),
    subject: fc.constantFrom("A", "D", "\uE000"),
    status: fc.constantFrom(
      "active" as const,
      "active" as const,
      "suspended" as const,
      "revoked" as const,
    ),
    reason: fc.constantFrom(null, "ended", "replaced_by:t1"),
    issuedAt: fc.constantFrom("2026-10-01T00:00:00+00:00", "2026-10-01T00:00:01+00:00"),
  })
  .map((row) => treatyRow({ ...row, id: `t${row.id}` }));

const rows = fc.record({
  treaties: fc.uniqueArray(treaty, { selector: ({ id }) => id, maxLength: 20 }),
  importedRevocations: fc.uniqueArray(
    fc
      .record({
        issuer: fc.constantFrom("A", "D", "X"),
        attestationId: fc.constantFrom("a", "b", "c"),
      })
      .map(revocationRow),
    { selector: ({ issuer, attestationId }) => `${issuer} ${attestationId}`, maxLength: 6 },
  ),
});

/** The next state keeps some lists and some rows as they are. */
const steps = fc.array(
  fc.record({
    rows,
    keeps: fc.constantFrom("nothing", "treaties", "revocations", "some"),
    now: fc.constantFrom(NOW, LATER),
  }),
  { minLength: 1, maxLength: 5 },
);

function bodyOf(json: ConnectomeJson): string {
  return finish(encodeBody(json.connectome())).bytes.toString();
}

test("after any changes it says what a new one says", () => {
  fc.assert(
    fc.property(steps, (list) => {
      let before: ConnectomeRows = { treaties: [], importedRevocations: [] };
      let connectome: Connectome | null = null;
      let json: ConnectomeJson | null = null;
      for (const step of list) {
        before = next(before, step.rows, step.keeps);
        connectome = finish(deriveConnectome(before, step.now, connectome));
        json = new ConnectomeJson(connectome, json);
        const anew = buildConnectome(before, step.now);
        expect(bodyOf(json)).toBe(connectomeJson(anew));
        expect(finish(encodeBody(json.recognitionGraph())).bytes.toString()).toBe(
          recognitionGraphJson(anew),
        );
        expect(connectome.validUntil).toBe(anew.validUntil);
      }
    }),
  );
});

function next(before: ConnectomeRows, after: ConnectomeRows, keeps: string): ConnectomeRows {
  if (keeps === "treaties") return { ...after, treaties: before.treaties };
  if (keeps === "revocations") return { ...after, importedRevocations: before.importedRevocations };
  if (keeps === "nothing") return after;
  const kept = before.treaties.filter((_, i) => i % 2 === 0);
  const ids = new Set(kept.map(({ id }) => id));
  return { ...after, treaties: [...kept, ...after.treaties.filter(({ id }) => !ids.has(id))] };
}

test("treaties that did not change are judged once, and the rest is made of what is there", () => {
  const first = treatyRow({ id: "t1", issuer: "A", subject: "B" });
  const second = treatyRow({ id: "t2", issuer: "A", subject: "C" });
  const revocations = [revocationRow({ issuer: "B", attestationId: "a1" })];
  const derive = (treaties: ConnectomeRows["treaties"], now: Instant, before: Connectome | null) =>
    finish(deriveConnectome({ treaties, importedRevocations: revocations }, now, before));

  const treaties = [first];
  const before = derive(treaties, NOW, null);
  expect(derive(treaties, NOW, before).recognition).toBe(before.recognition);
  const after = derive([first, second], NOW, before);
  expect(after.recognition.byId.get("t1")).toBe(before.recognition.byId.get("t1"));
  expect(after.imported).toBe(before.imported);
  const later = derive([first, second], LATER, after);
  expect(later.recognition.byId.get("t1")?.edge.lifecycleState).toBe("expiring_soon");
});
