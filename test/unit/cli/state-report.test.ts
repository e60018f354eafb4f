import { expect, onTestFinished, test } from "vitest";
import { plain } from "../../../src/cli/render/paint.js";
import { renderStatus } from "../../../src/cli/render/status.js";
import { widthOf } from "../../../src/cli/render/columns.js";
import { stateReport } from "../../../src/cli/state-report.js";
import type { StateReport } from "../../../src/cli/state-report.js";
import { emptyState } from "../../../src/state/open.js";
import {
  attestation,
  desired,
  feed,
  revocation,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { START, World } from "../../helpers/world.js";

const DAY = 86_400;

const NO_CONTROLLER = { controller: { running: false, status: null } };

function reportOf(world: World): StateReport {
  return stateReport(world.snapshot, world.writer.publishedFeed()?.sequence ?? null, world.now);
}

test("an empty state says that nothing has been applied", () => {
  const reader = emptyState();
  const report = stateReport(reader.snapshot(), null, START);
  reader.close();
  expect(report).toMatchObject({ sovereign_id: null, applied: null, generation: 0, lapsing: [] });
  expect(renderStatus({ ...report, ...NO_CONTROLLER }, false, plain)).toContain(
    "none yet: nothing has been applied",
  );
});

test("counts follow the lifecycle, and what ends within 30 days is named, soonest first", async () => {
  const world = new World();
  onTestFinished(() => world.close());
  const lasting = (days: number) => ({
    validity: { from: null, until: null, duration: days * DAY },
  });
  const parts = {
    sovereigns: ["globex", "initech", "hooli"].map((name) => sovereign(name)),
    treaties: [
      treaty("to-globex", "globex", lasting(100)),
      treaty("to-initech", "initech", lasting(20)),
      treaty("to-hooli", "hooli", lasting(50)),
    ],
    attestations: [attestation("member", lasting(2))],
    feeds: [feed("globex-3", signedFeed("globex", 3, ["a", "b"]))],
  };
  world.apply(desired(parts));
  world.apply(
    desired({ ...parts, revocations: [revocation("hooli", { targetName: "to-hooli" })] }),
  );
  const report = reportOf(world);
  expect(report).toMatchObject({
    sovereign_id: "ACME",
    treaties: { active: 2, expiring_soon: 0, expired: 0, revoked: 1, replaced: 0 },
    attestations: { active: 0, expiring_soon: 1, expired: 0, revoked: 0, replaced: 0 },
    operator_keys: { active: 1, retired: 0, revoked: 0 },
    sovereigns: 3,
    feeds: { imported: 1, rejected: 0, revocations: 2 },
    recognition_policy: false,
  });
  expect(report.lapsing.map(({ name, seconds_left }) => [name, seconds_left])).toEqual([
    ["member", 2 * DAY],
    ["to-initech", 20 * DAY],
  ]);
  world.pass(3 * DAY);
  expect(reportOf(world)).toMatchObject({ attestations: { expiring_soon: 0, expired: 1 } });
  expect(reportOf(world).lapsing).toHaveLength(1);
  await expect(
    renderStatus({ ...report, ...NO_CONTROLLER }, false, plain).replaceAll(/[0-9a-f]{64}/g, "…"),
  ).toMatchFileSnapshot("../../golden/status.txt");
});

test("hostile names are shown escaped, in 80 columns", () => {
  const reader = emptyState();
  const report = stateReport(reader.snapshot(), null, START);
  reader.close();
  const hostile = `\u001b[2J\u202e${"x".repeat(200)}`;
  const ending = { kind: "RecognitionTreaty", name: hostile, id: hostile } as const;
  const expires_at = report.checked_at;
  const text = renderStatus(
    {
      ...report,
      ...NO_CONTROLLER,
      sovereign_id: hostile,
      key_id: hostile,
      lapsing: [{ ...ending, expires_at, seconds_left: 90 }],
    },
    true,
    plain,
  );
  for (const line of text.split("\n")) {
    expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(line).not.toMatch(/\p{C}/u);
  }
});
