import { describe, expect, test } from "vitest";
import { renderPlan } from "../../../src/cli/render/plan.js";
import { plain } from "../../../src/cli/render/paint.js";
import { widthOf } from "../../../src/cli/render/columns.js";
import { PLANS } from "./plans.js";

const APPLY = [
  "concordat",
  "apply",
  "--repo",
  "trust of acme",
  "--expect",
  `sha256:${"c".repeat(64)}`,
];
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

describe.each(Object.entries(PLANS))("the plan %s as text", (name, plan) => {
  test.each([false, true])("reads as recorded, with -v: %s", async (verbose) => {
    const text = renderPlan(plan, { verbose, paint: plain, apply: APPLY });
    await expect(text).toMatchFileSnapshot(
      `../../golden/plan-text/${name}${verbose ? "-verbose" : ""}.txt`,
    );
  });

  test.each([false, true])(
    "fits 80 columns and obeys no hidden character, with -v: %s",
    (verbose) => {
      const lines = renderPlan(plan, { verbose, paint: plain, apply: APPLY }).split("\n");
      expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
      expect(lines.filter((line) => UNSAFE.test(line))).toEqual([]);
      expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
    },
  );
});

test("a plan without changes says so alone", () => {
  const { empty } = PLANS;
  expect(empty && renderPlan(empty, { verbose: false, paint: plain, apply: null })).toBe(
    "No changes.\n",
  );
});

test("colour repeats the text and changes none of it", () => {
  for (const plan of Object.values(PLANS)) {
    const view = { verbose: true, apply: APPLY };
    const coloured = renderPlan(plan, { ...view, paint: (style, text) => `<${style}>${text}</>` });
    expect(coloured.replaceAll(/<[a-z]*>|<\/>/g, "").replaceAll("<script>", "")).toBe(
      renderPlan(plan, { ...view, paint: plain }).replaceAll("<script>", ""),
    );
  }
});
