import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonText } from "../../../src/cli/json-output.js";
import { expectedPlan, readPlanFile, writePlanFile } from "../../../src/cli/plan-file.js";
import { JsonFloat } from "../../../src/model/json.js";
import type { Plan } from "../../../src/model/plan.js";
import { changeDigest, planDigest } from "../../../src/plan/digests.js";
import { temporaryFolder } from "../../helpers/git.js";
import { PLANS } from "./plans.js";

/** The plan with the digests that its content has. */
function sealed(plan: Plan): Plan {
  const change = changeDigest({
    ...plan,
    tree: plan.source.tree,
    policyDigest: plan.policy_digest,
  });
  const digest = planDigest(change, plan.state_digest, plan.blast_radius);
  return { ...plan, change_digest: change, plan_digest: digest };
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), "saved.plan");
  writeFileSync(path, text);
  return path;
}

describe.each(Object.entries(PLANS))("the plan %s", (_name, plan) => {
  test("comes back from its file as it went in", () => {
    const path = join(temporaryFolder(), "saved.plan");
    writePlanFile(path, sealed(plan));
    expect(jsonText(readPlanFile(path))).toBe(jsonText(sealed(plan)));
  });
});

test("exact numbers survive the file", () => {
  const { grants } = PLANS;
  const [first, ...rest] = grants?.changes ?? [];
  if (grants === undefined || first === undefined) expect.fail("no such plan");
  const after = { weight: new JsonFloat(1), serial: 2n ** 60n };
  const plan = sealed({ ...grants, changes: [{ ...first, after }, ...rest] });
  const read = readPlanFile(fileOf(jsonText(plan)));
  expect(read.changes[0]?.after).toMatchObject(after);
});

describe("a file that is not a plan, or not the plan it says, is refused", () => {
  const plan = sealed(PLANS["mixed"] ?? expect.fail("no such plan"));
  const text = jsonText(plan);
  test.each([
    ["an object of another kind", "{}"],
    ["another format", text.replace("concordat/plan/v1", "concordat/plan/v2")],
    ["a changed risk", text.replace('"risk": "widens"', '"risk": "keeps"')],
    ["a change that is left out", jsonText({ ...plan, changes: plan.changes.slice(1) })],
    ["a smaller blast radius", text.replace('"paths_after": 377', '"paths_after": 411')],
    ["another tree", text.replace(plan.source.tree, "8".repeat(40))],
    ["another digest", text.replace(plan.plan_digest, `sha256:${"0".repeat(64)}`)],
    ["an unknown action", text.replace('"action": "retire"', '"action": "destroy"')],
    ["a commit that a terminal obeys", text.replace(plan.source.commit, String.raw`\u001b[2J`)],
  ])("%s", (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(() => readPlanFile(fileOf(changed))).toThrow(
      expect.objectContaining({ code: "bad_plan_file" }),
    );
  });

  test("text that is no JSON", () => {
    expect(() => readPlanFile(fileOf("{"))).toThrow(
      expect.objectContaining({ code: "invalid_json" }),
    );
  });
});

test("a file and an expected digest must agree", () => {
  const plan = sealed(PLANS["empty"] ?? expect.fail("no such plan"));
  const path = fileOf(jsonText(plan));
  expect(expectedPlan(undefined, undefined)).toEqual({
    digest: null,
    ref: null,
    commit: null,
  });
  expect(expectedPlan(path, undefined)).toMatchObject({ digest: plan.plan_digest, ref: "main" });
  expect(expectedPlan(path, plan.plan_digest).digest).toBe(plan.plan_digest);
  expect(() => expectedPlan(path, `sha256:${"0".repeat(64)}`)).toThrow(
    expect.objectContaining({ code: "stale_plan" }),
  );
});

test("an expected digest has the form of one", () => {
  for (const given of ["sha256:4be5", "", "4".repeat(64)]) {
    expect(() => expectedPlan(undefined, given)).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  }
});
