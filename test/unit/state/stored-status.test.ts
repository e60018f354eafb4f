/** The status that a controller left behind is read whole, or not at all. */
import { expect, test } from "vitest";
import type { ControllerStatus } from "../../../src/model/controller.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { AT, scratchPath, withPlainDatabase, withWriter } from "../../helpers/state.js";

const COMMIT = "c".repeat(40);
const DRIFT = {
  class: "suspended",
  kind: "RecognitionTreaty",
  name: null,
  id: "t1",
  disposition: "report",
  message: "it was suspended outside git",
} as const;

const STATUS: ControllerStatus = {
  format: "concordat/status/v1",
  version: "0.3.0",
  source: { repo: "https://git.example/trust.git", ref: "main" },
  observed_commit: COMMIT,
  attempted_commit: null,
  applied_commit: COMMIT,
  trusted_commit: COMMIT,
  generation: 12,
  state_digest: `sha256:${"0".repeat(64)}`,
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "Succeeded",
      message: "",
      last_transition_time: AT,
      observed_commit: COMMIT,
    },
  ],
  suspension: { reason: "audit", by: "operator", since: AT, until: null },
  drift: [{ ...DRIFT, since: AT }],
  drift_count: 1,
  lapsing: [{ kind: "RecognitionTreaty", name: "globex", id: "t1", expires_at: AT, renews: true }],
  lapsing_count: 1,
  feeds: [
    {
      issuer_sovereign_id: "FAR",
      name: "far",
      url: "https://far.example/feed",
      result: null,
      message: "",
      sequence: null,
      issued_at: null,
      checked_at: null,
      succeeded_at: null,
      fresh: false,
      next_poll_at: AT,
    },
  ],
  runs: [
    {
      id: "r1",
      trigger: "interval",
      started_at: AT,
      duration_ms: 12.5,
      outcome: "applied",
      reason: "Succeeded",
      message: "",
      commit: COMMIT,
      plan_digest: null,
      changes: 1,
      drift: 0,
      count: 1,
    },
  ],
  last_run_at: AT,
  last_success_at: null,
  next_run_at: AT,
  updated_at: AT,
};

test("a status is there after the file was closed and opened anew, and only the last one", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  expect(writer.status()).toBeNull();
  const before = writer.snapshot();
  writer.note([{ do: "put_status", json: JSON.stringify({ ...STATUS, generation: 11 }) }], []);
  writer.note([{ do: "put_status", json: JSON.stringify(STATUS) }], []);
  expect(writer.snapshot()).toEqual(before);
  writer.close();
  const reader = openState(path);
  expect(reader.status()).toEqual(STATUS);
  reader.close();
});

test("a later version may have added to it", () => {
  withWriter((writer) => {
    const later = { ...STATUS, added: true };
    writer.note([{ do: "put_status", json: JSON.stringify(later) }], []);
    expect(writer.status()).toEqual(later);
  });
});

const FAULTS: readonly (readonly [string, string])[] = [
  ["no text", ""],
  ["no JSON", "{"],
  ["no object", "null"],
  ["a list", "[]"],
  ["another format", JSON.stringify({ ...STATUS, format: "concordat/status/v2" })],
  ["no conditions", JSON.stringify({ ...STATUS, conditions: undefined })],
  ["a list as an object", JSON.stringify({ ...STATUS, runs: {} })],
  ["a condition of no known type", withFirst("conditions", { type: "Happy" })],
  ["a condition at no time", withFirst("conditions", { last_transition_time: "yesterday" })],
  ["a run without an outcome", withFirst("runs", { outcome: undefined })],
  ["a count that is a text", JSON.stringify({ ...STATUS, drift_count: "1" })],
  ["a half suspension", JSON.stringify({ ...STATUS, suspension: { reason: "r" } })],
  ["a source that is a text", JSON.stringify({ ...STATUS, source: "main" })],
  ["a drift of no known class", withFirst("drift", { class: "odd" })],
  ["a feed of no known result", withFirst("feeds", { result: "odd" })],
  ["a lapse that may or may not renew", withFirst("lapsing", { renews: null })],
];

function withFirst(
  list: "conditions" | "drift" | "feeds" | "lapsing" | "runs",
  change: object,
): string {
  return JSON.stringify({ ...STATUS, [list]: [{ ...STATUS[list][0], ...change }] });
}

test.for(FAULTS)("%s is as no status", ([, json]) => {
  withWriter((writer, path) => {
    writer.note([{ do: "put_status", json }], []);
    expect(writer.status()).toBeNull();
    const stored = withPlainDatabase(path, (database) =>
      database.prepare("SELECT status_json FROM concordat_status").pluck().all(),
    );
    expect(stored).toEqual([json]);
  });
});
