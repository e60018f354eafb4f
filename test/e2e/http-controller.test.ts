/** What a controller tells the service, as others see it: the status, the head, the metrics. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ControllerEvent, ControllerStatus } from "../../src/model/controller.js";
import { fromInstant, plusSeconds } from "../../src/protocol/instant.js";
import {
  COMMIT,
  condition,
  controllerStatus,
  feedStatus,
  finishedRun,
  openDrift,
} from "../helpers/controller-values.js";
import { desired } from "../helpers/desired.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

let world: World;
let served: Served;
let status: ControllerStatus | null = null;

beforeEach(async () => {
  world = new World();
  world.apply(desired());
  status = null;
  served = new Served(world, { status: () => status });
  await served.settle();
});

afterEach(async () => {
  await served.close();
  world.close();
});

function observe(...events: readonly ControllerEvent[]): void {
  for (const event of events) served.app.observe(event);
}

/** Every series of these metrics, as it stands in the text. */
async function series(...names: readonly string[]): Promise<readonly string[]> {
  const { body } = await served.get("/metrics");
  return body
    .split("\n")
    .filter((line) => names.some((name) => line.startsWith(`concordat_${name}`)))
    .map((line) => line.replace("concordat_", ""));
}

test("/status.json is the controller's status, and starting before there is one", async () => {
  const before = await served.get("/status.json");
  expect(before.statusCode).toBe(503);
  expect(before.json()).toMatchObject({ error: { details: { reasons: ["starting"] } } });
  status = controllerStatus();
  const after = await served.get("/status.json");
  expect(after.json()).toEqual(status);
  expect(after.headers).toMatchObject({ "cache-control": "no-cache", etag: expect.any(String) });
  const post = await served.app.inject({ method: "POST", url: "/status.json" });
  expect(post.statusCode).toBe(405);
});

test("a service without a controller has no /status.json", async () => {
  const alone = new Served(world);
  expect((await alone.get("/status.json")).statusCode).toBe(404);
  await alone.close();
});

test("/readyz names the head that the status has seen", async () => {
  expect(await served.json("/readyz")).toMatchObject({ source_commit: null });
  status = controllerStatus();
  expect(await served.json("/readyz")).toMatchObject({ source_commit: COMMIT });
});

test("runs and their phases are counted and timed", async () => {
  const phase = { type: "phase", run: "run-1", details: {} } as const;
  observe(
    { type: "run_started", run: "run-1", trigger: "webhook" },
    { ...phase, phase: "fetch", outcome: "ok", seconds: 0.01 },
    { ...phase, phase: "fetch", outcome: "failed", seconds: 3 },
    { ...phase, phase: "apply", outcome: "ok", seconds: 0.3 },
    { type: "run_finished", run: finishedRun({ changes: 3 }) },
    {
      type: "run_finished",
      run: finishedRun({ outcome: "failed", reason: "FetchFailed", changes: 0 }),
    },
  );
  expect(
    await series("reconcile_duration_seconds_count", "reconcile_total", "git_", "plan_"),
  ).toEqual([
    'reconcile_duration_seconds_count{phase="fetch",outcome="ok"} 1',
    'reconcile_duration_seconds_count{phase="fetch",outcome="failed"} 1',
    'reconcile_duration_seconds_count{phase="apply",outcome="ok"} 1',
    'reconcile_total{outcome="applied",reason="Succeeded"} 1',
    'reconcile_total{outcome="failed",reason="FetchFailed"} 1',
    'git_request_total{op="fetch",result="ok"} 1',
    'git_request_total{op="fetch",result="failed"} 1',
    "plan_changes 0",
  ]);
});

test("a condition has one status, and says whether changes are held back", async () => {
  observe({ type: "condition", condition: condition(), previous: null });
  observe({
    type: "condition",
    condition: condition({ status: "False", reason: "FetchFailed" }),
    previous: "True",
  });
  observe({
    type: "condition",
    condition: condition({ type: "Suspended", reason: "Suspended" }),
    previous: null,
  });
  observe({
    type: "condition",
    condition: condition({ type: "Frozen", status: "False", reason: "NoFreeze" }),
    previous: null,
  });
  expect(await series('condition{type="Ready"', "suspended", "frozen")).toEqual([
    'condition{type="Ready",status="True"} 0',
    'condition{type="Ready",status="False"} 1',
    'condition{type="Ready",status="Unknown"} 0',
    "suspended 1",
    "frozen 0",
  ]);
});

test("the applied commit is one series, whatever was applied before", async () => {
  observe({ type: "status", status: controllerStatus({ applied_commit: "a".repeat(40) }) });
  observe({ type: "status", status: controllerStatus() });
  expect(await served.metric("concordat_lease_held")).toBe(1);
  expect(await series("applied_commit_info", "last_success")).toEqual([
    `applied_commit_info{commit="${COMMIT}"} 1`,
    `last_success_timestamp_seconds ${Date.UTC(2026, 10, 23) / 1000}`,
  ]);
  observe({ type: "status", status: controllerStatus({ applied_commit: null }) });
  expect(await series("applied_commit_info")).toEqual([]);
});

test("a controller that lost the lock does not hold it", async () => {
  observe({ type: "status", status: controllerStatus() });
  const lost = condition({ type: "Stalled", reason: "LeaseLost" });
  observe({ type: "condition", condition: lost, previous: "False" });
  expect(await served.metric("concordat_lease_held")).toBe(0);
  observe({ type: "status", status: controllerStatus({ conditions: [lost] }) });
  expect(await served.metric("concordat_lease_held")).toBe(0);
});

test("drift is counted by class, from the events and from a status that lists all of it", async () => {
  const { since: _, ...drift } = openDrift();
  observe(
    { type: "drift_detected", drift },
    { type: "drift_detected", drift: { ...drift, id: "t2" } },
  );
  observe({
    type: "drift_resolved",
    class: "altered",
    kind: "RecognitionTreaty",
    name: "globex",
    id: "t1",
    resolution: "replaced",
  });
  expect(await served.metric('concordat_drift_objects{class="altered"}')).toBe(1);
  observe({
    type: "status",
    status: controllerStatus({ drift: [openDrift({ class: "missing" })], drift_count: 1 }),
  });
  expect(await served.metric('concordat_drift_objects{class="altered"}')).toBe(0);
  expect(await served.metric('concordat_drift_objects{class="missing"}')).toBe(1);
  // A hundred of two hundred say nothing about the classes of the rest.
  observe({ type: "status", status: controllerStatus({ drift: [], drift_count: 200 }) });
  expect(await served.metric('concordat_drift_objects{class="missing"}')).toBe(1);
});

test("refusals are counted by guards that are known, and by no other word", async () => {
  observe({
    type: "refused",
    commit: COMMIT,
    reason: "PolicyDenied",
    guards: ["removals", "lost_paths", "validation_failed", "toString", 'x"} 1'],
    message: "",
  });
  expect(await series("guard_refusals_total")).toEqual([
    'guard_refusals_total{guard="removals"} 1',
    'guard_refusals_total{guard="lost_paths"} 1',
    'guard_refusals_total{guard="validation_failed"} 1',
    'guard_refusals_total{guard="other"} 2',
  ]);
});

test("feeds have an age that grows, a sequence, and counted polls; one that is gone is gone", async () => {
  observe({ type: "feed", feed: feedStatus(), seconds: 0.1 });
  observe({ type: "feed", feed: feedStatus({ result: "unchanged" }), seconds: 0.1 });
  world.pass(90);
  expect(await series("feed_")).toEqual([
    'feed_import_total{feed="GLOBEX",result="imported"} 1',
    'feed_import_total{feed="GLOBEX",result="unchanged"} 1',
    'feed_age_seconds{feed="GLOBEX"} 90',
    'feed_sequence{feed="GLOBEX"} 7',
  ]);
  observe({
    type: "status",
    status: controllerStatus({
      feeds: [feedStatus({ issuer_sovereign_id: "INITECH", sequence: null, issued_at: null })],
    }),
  });
  expect(await series("feed_age", "feed_sequence")).toEqual([]);
});

test("what ends is counted by how soon, against the clock", async () => {
  const end = (days: number): ReturnType<typeof fromInstant> =>
    fromInstant(plusSeconds(world.now, days * 86_400));
  const treaty = { kind: "RecognitionTreaty", name: "globex", id: "t", renews: true } as const;
  observe({
    type: "status",
    status: controllerStatus({
      lapsing: [
        { ...treaty, expires_at: end(1) },
        { ...treaty, expires_at: end(3) },
        { ...treaty, kind: "MembershipAttestation", expires_at: end(20) },
      ],
      lapsing_count: 3,
    }),
  });
  expect(await series("expiring_objects")).toEqual([
    'expiring_objects{kind="RecognitionTreaty",within="24h"} 1',
    'expiring_objects{kind="RecognitionTreaty",within="7d"} 2',
    'expiring_objects{kind="RecognitionTreaty",within="30d"} 2',
    'expiring_objects{kind="MembershipAttestation",within="30d"} 1',
  ]);
  world.pass(2 * 86_400);
  expect(
    await served.metric('concordat_expiring_objects{kind="RecognitionTreaty",within="24h"}'),
  ).toBe(2);
});

test("notifications are counted by sink", async () => {
  served.app.countNotification("chat", "delivered");
  served.app.countNotification("chat", "failed");
  expect(await series("notify_total")).toEqual([
    'notify_total{sink="chat",result="delivered"} 1',
    'notify_total{sink="chat",result="failed"} 1',
  ]);
});
