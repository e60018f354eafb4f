import { expect, test } from "vitest";
import { FailureAudit, type Failure } from "../../../../src/http/admin/failure-audit.js";
import type { Occurrence } from "../../../../src/model/controller.js";
import { plusSeconds } from "../../../../src/protocol/instant.js";
import { START } from "../../../helpers/world.js";

function opened(): { readonly audit: FailureAudit; readonly written: Occurrence[] } {
  const written: Occurrence[] = [];
  const record = async (events: readonly Occurrence[]): Promise<void> =>
    void written.push(...events);
  const audit = new FailureAudit({ controls: { record }, onFault: () => {} });
  return { audit, written };
}

function failure(given: Partial<Failure> = {}): Failure {
  const scope = given.scope ?? "192.0.2.1 ";
  return {
    type: "admin_auth_failed",
    reason: "unknown_key",
    scope,
    details: { key_id: "nobody", remote_addr: scope.trim() },
    ...given,
  };
}

const minuteLater = plusSeconds(START, 60);

test("the first of its kind is written at once, and the others as a number when the minute is over", () => {
  const { audit, written } = opened();
  for (let round = 0; round < 1000; round += 1) audit.add(failure(), START);
  const details = { key_id: "nobody", remote_addr: "192.0.2.1", reason: "unknown_key" };
  expect(written).toEqual([{ type: "admin_auth_failed", details }]);
  audit.flush(plusSeconds(START, 59));
  expect(written).toHaveLength(1);
  audit.flush(minuteLater);
  const summary = { ...details, count: 999, since: "2026-11-23T00:00:00Z" };
  expect(written.slice(1)).toEqual([{ type: "admin_auth_failed", details: summary }]);
  audit.flush(plusSeconds(START, 300));
  expect(written).toHaveLength(2);
});

test("another reason and another scope are other kinds", () => {
  const { audit, written } = opened();
  audit.add(failure(), START);
  audit.add(failure({ reason: "invalid_signature" }), START);
  audit.add(failure({ scope: "192.0.2.2 " }), START);
  expect(written).toHaveLength(3);
  audit.flush(minuteLater);
  expect(written).toHaveLength(3);
});

test("from however many addresses they come, a minute writes few events", () => {
  const { audit, written } = opened();
  for (let round = 0; round < 20_000; round += 1)
    audit.add(failure({ scope: `address ${round % 10_000} ` }), START);
  audit.add(failure(), minuteLater);
  expect(written.length).toBeLessThanOrEqual(2 * 64 + 2);
  const total = written.reduce((sum, { details }) => sum + Number(details["count"] ?? 1), 0);
  expect(total).toBe(20_001);
});

test("that somebody is throttled is written once a minute", () => {
  const { audit, written } = opened();
  const throttled = failure({ type: "admin_auth_throttled" });
  for (let round = 0; round < 10; round += 1) audit.add(throttled, START);
  audit.add(throttled, minuteLater);
  expect(written.map(({ type }) => type)).toEqual(["admin_auth_throttled", "admin_auth_throttled"]);
});

test("a clock that was set back begins another minute", () => {
  const { audit, written } = opened();
  audit.add(failure(), START);
  audit.add(failure(), START);
  audit.add(failure(), plusSeconds(START, -3600));
  expect(written.map(({ details }) => details["count"])).toEqual([undefined, 1, undefined]);
});

test("what cannot be written is told, and holds nobody up", async () => {
  const faults: unknown[] = [];
  const fault = new Error("full");
  const audit = new FailureAudit({
    controls: { record: async () => await Promise.reject(fault) },
    onFault: (cause) => faults.push(cause),
  });
  audit.add(failure(), START);
  await new Promise(setImmediate);
  expect(faults).toEqual([fault]);
});
